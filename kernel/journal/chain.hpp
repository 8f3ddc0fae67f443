// Chain: a hash over the records of a run, in which no record can be changed, left out or added
// without changing every hash after it.
#pragma once

#include <cstdint>
#include <string_view>

#include <weft/result.hpp>

#include "base/sha256.hpp"

namespace weft::journal {

// The hash of a record is SHA-256 over the hash before it, 32 zero bytes for the first, and the
// bytes of the record. Made when somebody asks, from the records that a store hands out; a record
// that refers to a blob holds the hash of the blob.
class Chain final {
 public:
  // The records of one piece, from the first of the run on. CORRUPT when one is not whole; what
  // came before it is counted. Looks at sizes only: recovery checks the rest.
  Result<void> take(std::string_view records);

  const base::Digest& digest() const { return digest_; }  // of the latest record
  uint64_t count() const { return count_; }

 private:
  base::Digest digest_{};
  uint64_t count_ = 0;
};

}  // namespace weft::journal
