// format.line: a definition in one line, read and written.
#include <weft/sdk/format.hpp>
#include <weft/sdk/plugin.hpp>

#include "json.hpp"
#include "printer.hpp"
#include "reader.hpp"

namespace weft::line {
namespace {

constexpr const char* as_yaml = "write it as YAML";

}  // namespace

struct Line final {
  static constexpr std::string_view id = "line";

  Result<Value> parse(std::string_view text, Arena arena, weft_place& at) const {
    Fault fault;
    Reader reader(text);
    Tree tree;
    const bool is_text = sdk::check(text, as_yaml, fault);
    if (is_text && reader.read(tree)) {
      Builder out(arena);
      sdk::write(tree, out);
      return out.take_value();
    }
    return sdk::refused(text, is_text ? reader.fault() : fault, at);
  }

  bool locate(std::string_view text, std::string_view pointer, weft_place& at) const {
    Fault fault;
    Reader reader(text);
    Tree tree;
    if (!sdk::check(text, as_yaml, fault) || !reader.read(tree)) return false;
    bool is_found = false;
    const Span place = sdk::follow(tree, pointer, is_found)->place;
    sdk::set_place(text, place.at, place.end - place.at, at);
    return is_found;
  }
};

// The way back: a text that is a definition in JSON becomes the line that means it, as a text.
struct LineOf final {
  static constexpr std::string_view id = "line_of";

  Result<Value> parse(std::string_view text, Arena arena, weft_place& at) const {
    at.line = at.column = 1;
    Tree definition;
    const auto line = read_json(text, definition) ? print(definition) : std::nullopt;
    if (!line) {
      return Error{Status::not_found, "format.cannot_say", "no line says all of this definition",
                   as_yaml};
    }
    Builder out(arena);
    out.text(*line);
    return out.take_value();
  }

  bool locate(std::string_view text, std::string_view pointer, weft_place& at) const {
    sdk::set_place(text, 0, 0, at);
    return pointer.empty();
  }
};

}  // namespace weft::line

WEFT_PLUGIN(weft::line::Line, weft::line::LineOf);
