#include "redo.hpp"

#include <cstring>

#include <weft/value.hpp>

#include "names.hpp"

namespace weft::layered {
namespace {

constexpr std::string_view magic{"WFR\1", 4};

void append_number(std::string& out, uint64_t number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);  // values are little-endian, and so is this
  out.append(bytes, sizeof bytes);
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

bool take_number(std::string_view& in, uint64_t& number) {
  if (in.size() < sizeof number) return false;
  std::memcpy(&number, in.data(), sizeof number);
  in.remove_prefix(sizeof number);
  return true;
}

bool take_text(std::string_view& in, std::string& text) {
  uint64_t size = 0;
  if (!take_number(in, size) || in.size() < size) return false;
  text = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

bool take_change(std::string_view& in, Change& change) {
  uint64_t kind = 0;
  if (!take_number(in, kind) || !take_text(in, change.key)) return false;
  change.kind = static_cast<uint32_t>(kind);
  if (kind == WEFT_SOP_KV_DELETE) return true;
  return kind == WEFT_SOP_KV_PUT && take_text(in, change.bytes);
}

}  // namespace

std::string encode(const Promise& promise) {
  std::string out(magic);
  append_number(out, promise.epoch);
  for (const Change& change : promise.changes) {
    append_number(out, change.kind);
    append_text(out, change.key);
    if (change.kind == WEFT_SOP_KV_PUT) append_text(out, change.bytes);
  }
  return out;
}

Result<void> decode(std::string_view bytes, Promise& promise) {
  const Error damaged{Status::corrupt, "store.corrupt",
                      joined({"what stands under ", in_quotes(promise.key), " is damaged"}),
                      "put back a copy of the first layer"};
  if (!bytes.starts_with(magic)) return damaged;
  bytes.remove_prefix(magic.size());
  if (!take_number(bytes, promise.epoch)) return damaged;
  while (!bytes.empty()) {
    if (!take_change(bytes, promise.changes.emplace_back())) return damaged;
  }
  return {};
}

const Change* Backlog::find(std::string_view key) const {
  const Change* found = nullptr;
  for (const Promise& promise : open) {
    for (const Change& change : promise.changes) {
      if (change.key == key) found = &change;
    }
  }
  return found;
}

weft_sop& Batch::made(uint32_t kind, std::string_view key) {
  weft_sop& op = made_.emplace_back();
  op = weft_sop{};
  op.size = sizeof op;
  op.kind = kind;
  op.key = to_str(key);
  all_.push_back(&op);
  return op;
}

Batch& Batch::add(const weft_sop* op) {
  all_.push_back(op);
  return *this;
}

Batch& Batch::put(std::string_view key, std::string_view bytes) {
  made(WEFT_SOP_KV_PUT, key).bytes = to_str(bytes);
  return *this;
}

Batch& Batch::put_new(std::string_view key, std::string_view bytes) {
  weft_sop& op = made(WEFT_SOP_KV_PUT, key);
  op.bytes = to_str(bytes);
  op.last = 1;
  return *this;
}

Batch& Batch::erase(std::string_view key) {
  made(WEFT_SOP_KV_DELETE, key);
  return *this;
}

Batch& Batch::erase_all(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) erase(key);
  return *this;
}

}  // namespace weft::layered
