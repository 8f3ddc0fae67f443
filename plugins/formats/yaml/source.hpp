// Source: the text of a definition with one kind of line end, and the places in it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <weft/result.hpp>

namespace weft::yaml {

inline constexpr uint32_t nowhere = UINT32_MAX;

// Why a text is refused. at and length are bytes of Source::text().
struct Fault {
  Status status = Status::bad_input;
  std::string code;
  std::string message;
  std::string hint;
  uint32_t at = 0;
  uint32_t length = 0;
};

std::string join(std::initializer_list<std::string_view> parts);

// From 1; columns count code points.
struct Position {
  uint32_t line = 1;
  uint32_t column = 1;
};

// Line ends become '\n' and a byte order mark goes away; neither changes a line or a column.
class Source final {
 public:
  static constexpr uint64_t bytes_max = 64ULL << 20;

  // Requires: text outlives the source and has at most bytes_max bytes.
  explicit Source(std::string_view text);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  std::string_view text() const { return text_; }
  // Refuses what is not UTF-8 and control characters.
  bool check(Fault& fault) const;
  Position position(uint32_t at) const;
  // Code points among the next bytes, up to the end of the line.
  uint32_t characters(uint32_t at, uint32_t bytes) const;

 private:
  std::string copy_;
  std::string_view text_;
};

}  // namespace weft::yaml
