// Writer: lays a value out in one stretch of memory that was measured before.
#pragma once

#include <cstdint>

#include <weft/value.hpp>

#include "base/valid.hpp"

namespace weft::base {

// Whether a value with a payload may be linked: its slot, or all of the payload, lies in known
// memory.
bool links_to(const Known& known, const weft_slot& slot);

// Every payload lies behind the slot that owns it. Records of one array that follow each other with
// the same keys are laid side by side, then their keys once, then what the records hold.
class Writer final {
 public:
  Writer(void* out, const Known& known)
      : at_(static_cast<char*>(out)), known_(known.holds != nullptr ? &known : nullptr) {}

  void root(const weft_slot& from);
  const char* end() const { return at_; }

 private:
  char* take(uint64_t n);
  void slot(weft_slot* to, const weft_slot& from);
  void text(weft_slot* to, const weft_slot& from);
  void items(weft_slot* to, const weft_slot* from, uint32_t n);
  void object(weft_slot* to, const weft_slot& from);
  void records(weft_slot* to, const weft_slot* from, uint32_t n);
  uint32_t run_of(const weft_slot* from, uint32_t n) const;

  char* at_;
  const Known* known_;
};

}  // namespace weft::base
