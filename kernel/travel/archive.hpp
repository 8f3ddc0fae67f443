// Archive: the file that carries runs from one store to another; EXPORT.md gives its grammar.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <weft/result.hpp>

#include "base/sha256.hpp"

namespace weft::travel {

enum class PartKind : uint32_t {
  definition = 1,  // name: its hash; body: the definition as a value
  blob = 2,        // name: its hash; body: a payload that is too large for a record
  run = 3,         // name: its id; body: its summary as a value. Its records follow
  record = 4,      // body: one record, event/FORMAT.md
  head = 5,        // body: the number of parts before it. The end of the file
};

struct Part {
  PartKind kind{};
  std::string_view name, body;
};

// Every part is hashed behind the one before.
class Chain final {
 public:
  Chain();
  const base::Digest& add(const Part& part);
  const base::Digest& head() const { return head_; }

 private:
  base::Digest head_;
};

class ArchiveWriter final {
 public:
  using Write = std::function<Result<void>(std::string_view)>;
  explicit ArchiveWriter(const Write& write) : write_(&write) {}  // write outlives it

  // The first error of write ends it; later parts are not written any more.
  Result<void> add(const Part& part);
  // Adds the head; nothing comes behind it.
  Result<void> finish();
  const base::Digest& head() const { return chain_.head(); }

 private:
  Result<void> put(const Part& part);

  const Write* write_;
  Chain chain_;
  uint64_t parts_ = 0;
  std::string buffer_;
};

// Walks the parts of a file and checks the chain on the way. The bytes may be anything; the error
// says which part is the first that is not as it was written.
class ArchiveReader final {
 public:
  explicit ArchiveReader(std::string_view file) : file_(file) {}

  // The next part; the head is the last one, and nothing may follow it.
  Result<Part> next();
  bool done() const { return is_done_; }
  const base::Digest& head() const { return chain_.head(); }

 private:
  Error damaged(std::string_view what) const;
  std::string word_of(PartKind kind) const;
  Result<Part> finish(const Part& head);

  std::string_view file_;
  std::string_view run_;  // the latest, and how many of its records were read
  uint64_t records_ = 0;
  size_t at_ = 0;
  Chain chain_;
  uint64_t parts_ = 0;
  bool is_done_ = false;
};

}  // namespace weft::travel
