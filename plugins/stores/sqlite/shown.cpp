#include "shown.hpp"

#include <cstring>

#include <weft/sdk/json.hpp>

namespace weft::sqlite {
namespace {

// Where a text may be cut so that no character is halved.
size_t whole_characters(std::string_view text, size_t n) {
  while (n > 0 && (static_cast<unsigned char>(text[n]) & 0xc0U) == 0x80U) --n;
  return n;
}

class Printer final {
 public:
  Printer(std::string& out, std::vector<Blob>& blobs)
      : out_(out), end_(out.size() + shown_bytes_max), blobs_(blobs) {}

  void add(Value v, uint32_t depth) {
    switch (v.tag()) {
      case Tag::text: return add_text(v.as_text());
      case Tag::bytes: return add_bytes(v.as_bytes());
      case Tag::blob: return add_blob(v);
      case Tag::array: return add_array(v, depth);
      case Tag::object: return add_object(v, depth);
      default: return sdk::append_json(out_, v);
    }
  }

 private:
  bool is_full(uint32_t depth) const { return out_.size() >= end_ || depth > WEFT_DEPTH_MAX; }

  void add_text(std::string_view text) {
    if (text.size() <= shown_text_bytes_max) return sdk::append_json_text(out_, text);
    sdk::append_json_text(out_, text.substr(0, whole_characters(text, shown_text_bytes_max)));
    out_.insert(out_.size() - 1, "…");
  }
  void add_bytes(std::string_view bytes) {
    out_ += '"';
    sdk::append_base64(out_, bytes.substr(0, shown_text_bytes_max * 3 / 4));
    out_ += bytes.size() > shown_text_bytes_max * 3 / 4 ? "…\"" : "\"";
  }
  void add_blob(Value v) {
    const auto* p = static_cast<const char*>(weft_payload(v.slot()));
    sdk::append_json(out_, v);
    Blob blob;
    constexpr const char* digits = "0123456789abcdef";
    for (int i = 0; i < 32; ++i) {
      const auto byte = static_cast<unsigned char>(p[i]);
      blob.sha256.append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    }
    std::memcpy(&blob.bytes, p + 32, sizeof blob.bytes);
    blobs_.push_back(std::move(blob));
  }
  void add_array(Value v, uint32_t depth) {
    out_ += '[';
    for (uint32_t i = 0; i < v.size(); ++i) {
      if (i != 0) out_ += ',';
      if (is_full(depth)) {
        out_ += "{\"…\":";
        sdk::append_json_number(out_, v.size() - i);
        out_ += '}';
        break;
      }
      add(v[i], depth + 1);
    }
    out_ += ']';
  }
  void add_object(Value v, uint32_t depth) {
    out_ += '{';
    for (uint32_t i = 0; i < v.size(); ++i) {
      if (i != 0) out_ += ',';
      if (is_full(depth)) {
        sdk::append_json_number(out_ += "\"…\":", v.size() - i);
        break;
      }
      add_text(v.key(i));
      out_ += ':';
      add(v[i], depth + 1);
    }
    out_ += '}';
  }

  std::string& out_;
  const size_t end_;
  std::vector<Blob>& blobs_;
};

}  // namespace

void append_shown(std::string& out, Value value, std::vector<Blob>& blobs) {
  Printer(out, blobs).add(value, 0);
}

}  // namespace weft::sqlite
