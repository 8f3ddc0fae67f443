// Secrets: handles in arguments become secrets only in the call, and never come back out of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::engine {

// A secret that one call was given.
struct Secret {
  std::string handle, text;
};

// An object {name: handle} of the secrets that grants allow; missing when they allow none. A handle
// holds a number that only this run knows, so that no input can make one up.
Value secret_handles(Value grants, uint64_t seed, Arena arena);

// The secret itself: of the environment, else of the file that NAME_FILE names there.
Result<std::string> read_secret(std::string_view name);

// The value with each handle replaced by its secret, which is added to used; linked where nothing
// changes.
Result<Value> reveal(Value value, Value handles, std::vector<Secret>& used, Arena arena);

// The value with each secret replaced by a word that says so; linked where nothing changes.
Value redact(Value value, const std::vector<Secret>& used, Arena arena);
// The same for a text of a fixed size, which never grows.
void redact(char* text, uint32_t* size, const std::vector<Secret>& used);

}  // namespace weft::engine
