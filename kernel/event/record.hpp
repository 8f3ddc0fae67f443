// Record: an event as bytes on disk; FORMAT.md gives the grammar.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "base/doc.hpp"
#include "base/sha256.hpp"
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

// Where a link leads, in its eight bytes.
uint64_t pack(const Origin& origin);
Origin unpack(uint64_t packed);

// Takes the bytes of a payload above limits::inline_bytes and answers their SHA-256.
struct Blobs {
  void* self;
  base::Digest (*put)(void* self, std::string_view bytes);
};

// What encoding asks about. Without blobs every payload stays in its record.
struct Encoding {
  Origins origins;
  const Blobs* blobs = nullptr;
};

// Appends the record of an event whose payload takes payload_bytes in memory.
void encode(const Event& event, uint64_t payload_bytes, const Encoding& how,
            std::vector<char>& out);
// Appends a payload as a record holds it, or the reference to its blob; then *flags gets is_blob.
// has_links of *flags says whether something in it leads elsewhere.
void encode_payload(std::string_view payload, uint8_t* flags, const Encoding& how,
                    std::vector<char>& out);

// The bytes under a key of the store, as a value.
using Fetch = std::function<Result<base::Doc>(std::string_view key)>;

std::string blob_key(const base::Digest& digest);
// The payload that a reference names: fetched, of the right size and hash, and a valid value.
// Its links are not resolved yet.
Result<base::Doc> fetch_blob(std::string_view reference, const Fetch& fetch);

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

// Where the content of a link lies in memory again; null when it is not there or is something else.
// It is asked once for each link, and the slot will lead there.
struct Targets {
  void* self;
  const void* (*at)(void* self, const Origin& origin, const weft_slot& link);
};

// Makes the links of a payload that was copied to memory point at what they name.
Result<void> resolve(weft_slot* root, uint64_t bytes, const Targets& targets);

}  // namespace weft::event
