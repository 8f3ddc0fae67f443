#include "json.hpp"

#include <charconv>

namespace weft::line {

using sdk::Tree;

namespace {

constexpr uint32_t depth_max = 64;

class Json final {
 public:
  explicit Json(std::string_view text) : text_(text) {}

  bool whole(Tree& tree) {
    if (!value(tree, 0)) return false;
    skip();
    return at_ == text_.size();
  }

 private:
  void skip() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }
  bool take(char sign) {
    skip();
    if (at_ == text_.size() || text_[at_] != sign) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool value(Tree& tree, uint32_t depth) {
    if (depth > depth_max) return false;
    if (take('{')) return object(tree, depth);
    if (take('[')) return list(tree, depth);
    if (at_ < text_.size() && text_[at_] == '"') return text(tree.text);
    tree.kind = Tree::Kind::boolean;
    tree.number = 1;
    if (word("true")) return true;
    tree.number = 0;
    if (word("false")) return true;
    tree.kind = Tree::Kind::number;
    const char* first = text_.data() + at_;
    const auto [end, problem] = std::from_chars(first, text_.data() + text_.size(), tree.number);
    at_ += static_cast<size_t>(end - first);
    const bool is_whole =
        at_ == text_.size() || (text_[at_] != '.' && text_[at_] != 'e' && text_[at_] != 'E');
    return problem == std::errc() && is_whole;
  }

  bool object(Tree& tree, uint32_t depth) {
    tree.kind = Tree::Kind::object;
    if (take('}')) return true;
    do {
      std::string key;
      Tree part;
      skip();
      if (!text(key) || !take(':') || !value(part, depth + 1)) return false;
      tree.set(std::move(key), std::move(part));
    } while (take(','));
    return take('}');
  }

  bool list(Tree& tree, uint32_t depth) {
    tree.kind = Tree::Kind::list;
    if (take(']')) return true;
    do {
      if (!value(tree.items.emplace_back(), depth + 1)) return false;
    } while (take(','));
    return take(']');
  }

  bool text(std::string& out) {
    if (at_ == text_.size() || text_[at_] != '"') return false;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') {
        out += text_[at_];
      } else if (!escape(out)) {
        return false;
      }
    }
    return take('"');
  }

  bool escape(std::string& out) {
    const size_t used = sdk::append_json_escape(text_.substr(at_ + 1), out);
    at_ += used;
    return used != 0;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

bool read_json(std::string_view text, Tree& tree) { return Json(text).whole(tree); }

}  // namespace weft::line
