// Redo: what a commit promised to another layer, from the commit of the first layer on until it is
// there.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <weft/draft/store.h>
#include <weft/result.hpp>

namespace weft::layered {

// KV_PUT or KV_DELETE.
struct Change {
  uint32_t kind = 0;
  std::string key, bytes;
};

struct Promise {
  std::string id;   // no other promise to any layer has it
  std::string key;  // in the first layer
  std::vector<Change> changes;
  uint64_t epoch = 0;       // of the process that gave it
  bool is_adopted = false;  // that process is gone
};

// The bytes of a promise under its key, and back. CORRUPT when they are not whole.
std::string encode(const Promise& promise);
Result<void> decode(std::string_view bytes, Promise& promise);

// What is between a layer and the first one.
struct Backlog {
  std::vector<Promise> open;        // not in the layer yet, in order
  std::vector<std::string> litter;  // keys of the store's own that its next commit takes away

  // The latest change of a key that is still open, or null.
  const Change* find(std::string_view key) const;
};

// Operations of one commit. What is named by a view lives until it.
class Batch final {
 public:
  Batch& add(const weft_sop* op);
  Batch& put(std::string_view key, std::string_view bytes);
  // Refuses the commit when there is something.
  Batch& put_new(std::string_view key, std::string_view bytes);
  Batch& erase(std::string_view key);
  Batch& erase_all(const std::vector<std::string>& keys);

  bool is_empty() const { return all_.empty(); }
  const std::vector<const weft_sop*>& all() const { return all_; }

 private:
  weft_sop& made(uint32_t kind, std::string_view key);

  std::deque<weft_sop> made_;
  std::vector<const weft_sop*> all_;
};

}  // namespace weft::layered
