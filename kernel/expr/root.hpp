// How an expression reaches what it speaks of: names become roots once, roots become values often.
#pragma once

#include <cstdint>
#include <string_view>

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::expr {

// What the first name of a path stands for. The room that compiles an expression gives the numbers
// their meaning (plan/scope.hpp); expr only carries them.
struct Root {
  uint32_t kind = 0;
  uint32_t a = 0;
  uint32_t b = 0;
  bool operator==(const Root&) const = default;
};

// Asked while an expression is compiled: the root of a name, or why there is none. member is the
// name that is asked for right behind it, or empty.
struct Names {
  const void* self;
  Result<Root> (*find)(const void* self, std::string_view name, std::string_view member);
  // Whether a name is one only with the name behind it, so that NAME.MEMBER is looked for.
  bool (*takes_member)(std::string_view name) = nullptr;
};

// The answer of a scope. code is null when value was found, else a stable code such as
// "path.step_failed"; a missing value has code "path.missing", and then value may be the object in
// which the first segment was sought, so that the error can list its keys.
struct Found {
  Value value;
  bool took_first = false;  // the first segment is already applied
  const char* code = nullptr;
};

// What a path asks a scope for. first is the name of the first segment after the root, or empty.
struct Asked {
  Root root;
  std::string_view name;  // of the root, as written
  Key first;
};

// Asked while an expression is evaluated. A scope that treats the first segment itself (the
// envelope of a step) says so with took_first; what it has to make lies in the arena.
struct Scope {
  const void* self;
  Found (*value)(const void* self, const Asked& asked, Arena arena);
  int64_t now_ns = 0;  // time of the event being decided
  uint64_t seed = 0;   // recorded randomness of this evaluation
  // Lenient when set: a path that is missing reads null, and this is told why.
  void (*missing)(const void* self, const Error& error) = nullptr;
};

}  // namespace weft::expr
