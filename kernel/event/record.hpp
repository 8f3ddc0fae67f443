// Record: an event as bytes on disk; FORMAT.md gives the grammar.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "event/event.hpp"

namespace weft::event {

// The 40 bytes before the payload. size counts both; crc covers everything but size and itself.
struct Header {
  uint32_t size, crc;
  uint8_t type, flags;
  uint16_t attempt;
  uint32_t frame;
  uint64_t seq;
  int64_t tick;
  uint32_t node, visit;
};
static_assert(sizeof(Header) == 40);

// A place in an earlier payload of the same run: the sequence of its event, the offset in bytes.
struct Origin {
  uint64_t seq = 0;
  uint64_t offset = 0;
};

// Between addresses in memory and origins on disk; the vault of a run answers.
struct Origins {
  const void* self;
  Origin (*of)(const void* self, const void* address);
};

// Appends the record of an event whose payload takes payload_bytes in memory.
void encode(const Event& event, uint64_t payload_bytes, const Origins& origins,
            std::vector<char>& out);

// Walks records one after the other. A record that is cut, damaged or out of sequence ends the walk
// with an error that says where; what came before it is good.
class Reader final {
 public:
  Reader(std::string_view bytes, uint64_t next_seq) : bytes_(bytes), seq_(next_seq) {}

  struct Record {
    Event event;               // payload is null
    std::string_view payload;  // validated; its links are not resolved yet
  };
  bool done() const { return at_ == bytes_.size(); }
  Result<Record> next();

 private:
  Result<Record> damaged(const char* what) const;

  std::string_view bytes_;
  uint64_t at_ = 0;
  uint64_t seq_;
};

// Where the payload of an origin lies in memory again; null when there is none.
struct Targets {
  const void* self;
  const void* (*at)(const void* self, const Origin& origin);
};

// Makes the links of a payload that was copied to memory point at what they name.
Result<void> resolve(weft_slot* root, uint64_t bytes, const Targets& targets);

}  // namespace weft::event
