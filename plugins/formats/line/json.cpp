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
    if (++at_ == text_.size()) return false;
    constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    const size_t known = letters.find(text_[at_]);
    if (known != letters.npos) {
      out += meant[known];
      return true;
    }
    uint32_t code = 0;
    if (text_[at_] != 'u' || !four_digits(code)) return false;
    if (code >= 0xD800U && code < 0xDC00U) {
      uint32_t low = 0;
      ++at_;
      if (!word("\\u")) return false;
      --at_;
      if (!four_digits(low) || low < 0xDC00U || low > 0xDFFFU) return false;
      code = 0x10000U + ((code - 0xD800U) << 10U) + (low - 0xDC00U);
    }
    append(code, out);
    return true;
  }

  // Behind the sign at at_; it stands on the last one then.
  bool four_digits(uint32_t& code) {
    const std::string_view digits = text_.substr(at_ + 1, 4);
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    at_ += 4;
    return problem == std::errc() && digits.size() == 4 && end == digits.data() + 4;
  }

  static void append(uint32_t code, std::string& out) {
    const auto tail = [&](unsigned shift) {
      out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
    };
    if (code < 0x80U) {
      out += static_cast<char>(code);
    } else if (code < 0x800U) {
      out += static_cast<char>(0xC0U | (code >> 6U));
      tail(0);
    } else if (code < 0x10000U) {
      out += static_cast<char>(0xE0U | (code >> 12U));
      tail(6);
      tail(0);
    } else {
      out += static_cast<char>(0xF0U | (code >> 18U));
      tail(12);
      tail(6);
      tail(0);
    }
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

bool read_json(std::string_view text, Tree& tree) { return Json(text).whole(tree); }

}  // namespace weft::line
