// validate and copy_checked: bytes and values from elsewhere become values that may be read freely.
#pragma once

#include <cstdint>
#include <string_view>

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::base {

struct Admit {
  bool links = false;  // slots with WEFT_LINKED, as records on disk have them; never keys
};

// Whether these bytes are one contiguous value whose root is at offset 0. Reads nothing outside and
// takes linear time, whatever they are. Refused with CORRUPT: unknown flags, payloads outside,
// before their slot or not 8-aligned, wrong text, hint or key, depth above limits::depth. Tags 11
// to 31 are opaque scalars of a later version.
Result<void> validate(const void* bytes, uint64_t size, Admit admit = {});

// Memory whose values are known to be valid and to outlive the copy.
struct Known {
  const void* self = nullptr;
  bool (*holds)(const void* self, const void* p) noexcept = nullptr;
};

// Whether the content of a slot lies at a place inside the bytes of a value that validate took:
// what a link says it leads to. Slots in known memory lead out of that value and are not looked
// into.
bool is_content(const weft_slot& slot, const void* content, std::string_view value,
                Known leading_out);

// A value that a plugin in this process gave, checked and copied to one allocation of its exact
// size. What lies in known memory, slot or payload, is linked and not looked into; a root there is
// answered as it is. FAILED with WEFT_ERR_BUG when the value is damaged; LIMIT when it is deeper
// than limits::depth or larger than limits::value_bytes.
Result<Value> copy_checked(Value from, Arena to, Known known = {});

}  // namespace weft::base
