#include "pointer.hpp"

#include <charconv>
#include <string>

namespace weft::yaml {
namespace {

bool unescape(std::string_view token, std::string& out) {
  out.clear();
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
      continue;
    }
    const char next = i + 1 < token.size() ? token[i + 1] : '\0';
    if (next != '0' && next != '1') return false;
    out += next == '0' ? '~' : '/';
    ++i;
  }
  return true;
}

uint32_t key_in(const Tree& tree, const Part& map, std::string_view text) {
  uint32_t key = map.first;
  while (key != nowhere && tree[key].text != text) key = tree[tree[key].next].next;
  return key;
}

uint32_t item_in(const Tree& tree, const Part& list, std::string_view token) {
  uint32_t index = 0;
  const char* end = token.data() + token.size();
  const auto [at, error] = std::from_chars(token.data(), end, index);
  const bool leading_zero = token.size() > 1 && token[0] == '0';
  if (token.empty() || at != end || error != std::errc() || leading_zero) return nowhere;
  uint32_t item = list.first;
  while (index-- > 0 && item != nowhere) item = tree[item].next;
  return item;
}

}  // namespace

Reached follow(const Tree& tree, uint32_t root, std::string_view pointer) {
  const bool wants_key = pointer.ends_with('~');
  if (wants_key) pointer.remove_suffix(1);
  Reached reached{root, false};
  uint32_t key = nowhere;
  std::string token;
  while (!pointer.empty()) {
    if (pointer[0] != '/') return reached;
    const size_t end = pointer.find('/', 1);
    const bool valid = unescape(pointer.substr(1, end == pointer.npos ? end : end - 1), token);
    pointer.remove_prefix(end == pointer.npos ? pointer.size() : end);
    const Part* n = &tree[reached.node];
    if (n->kind == Kind::alias) n = &tree[n->target];
    const bool is_map = n->kind == Kind::map;
    if (!valid || (!is_map && n->kind != Kind::list)) return reached;
    key = is_map ? key_in(tree, *n, token) : nowhere;
    const uint32_t next = !is_map          ? item_in(tree, *n, token)
                          : key != nowhere ? tree[key].next
                                           : nowhere;
    if (next == nowhere) return reached;
    reached.node = next;
  }
  reached.found = !wants_key || key != nowhere;
  if (wants_key && key != nowhere) reached.node = key;
  return reached;
}

}  // namespace weft::yaml
