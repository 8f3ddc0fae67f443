// The checks of the rows of the tables: CRC32C over the table's name, the key and the columns.
#pragma once

#include <cstdint>
#include <string_view>

#include "crc32c.hpp"

namespace weft::sqlite {

// Fed with the columns in order (FORMAT.md).
class Check final {
 public:
  explicit Check(std::string_view table) : crc_(crc32c(table)) {}
  Check& number(uint64_t v);  // as 8 bytes, little-endian
  Check& text(std::string_view v) {
    number(v.size());
    crc_ = crc32c(v, crc_);
    return *this;
  }
  int64_t value() const { return crc_; }

 private:
  uint32_t crc_;
};

struct RunRow;
struct Chunk;
struct Snapshot;
struct TimerRow;

int64_t check_of(std::string_view run, const RunRow& row);
int64_t check_of(std::string_view run, const Chunk& c);
int64_t check_of(std::string_view run, const Snapshot& snapshot);
int64_t check_of(const TimerRow& timer);
int64_t check_of_entry(std::string_view key, std::string_view bytes);

}  // namespace weft::sqlite
