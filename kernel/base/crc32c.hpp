// CRC-32C (Castagnoli), the check of every record on disk.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::base {

// Of these bytes, continuing from the crc of those before them.
uint32_t crc32c(const void* bytes, size_t size, uint32_t before = 0);

// Without the machine's instruction: what crc32c falls back to.
uint32_t crc32c_portable(const void* bytes, size_t size, uint32_t before = 0);

}  // namespace weft::base
