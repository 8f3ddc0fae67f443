// CRC32C (Castagnoli), the check over everything this store writes.
#pragma once

#include <cstdint>
#include <string_view>

namespace weft::sqlite {

// The check of `bytes` continued from `crc`, which is 0 at the start.
uint32_t crc32c(std::string_view bytes, uint32_t crc = 0);
// The same without instructions of the processor; public so that a test may compare the two.
uint32_t crc32c_by_table(std::string_view bytes, uint32_t crc = 0);

}  // namespace weft::sqlite
