#include "text.hpp"

namespace weft::line {

bool check(std::string_view text, Fault& fault) {
  if (text.size() > bytes_max) {
    fault = {Status::limit, "limit.size", "the line has more than 1 MB", "write it as YAML", 0};
    return false;
  }
  const auto flaw = sdk::flaw_in(text);
  if (flaw) fault = {Status::bad_input, flaw->code, flaw->what, "save the file as UTF-8", flaw->at};
  return !flaw;
}

}  // namespace weft::line
