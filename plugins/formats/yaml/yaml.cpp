// format.yaml: definitions in YAML 1.2, as far as configuration needs it.
#include <weft/sdk/format.hpp>
#include <weft/sdk/plugin.hpp>

#include "maker.hpp"
#include "parser.hpp"
#include "pointer.hpp"

namespace weft::yaml {
namespace {

void set_place(const Source& source, uint32_t at, uint32_t length, weft_place& place) {
  const Position position = source.position(at);
  place.line = position.line;
  place.column = position.column;
  place.length = source.characters(at, length);
}

Error refuse(const Source& source, const Fault& fault, weft_place& place) {
  set_place(source, fault.at, fault.length, place);
  Error error{fault.status, fault.code, fault.message, fault.hint};
  error.where.line = place.line;
  error.where.column = place.column;
  return error;
}

}  // namespace

struct Yaml final {
  static constexpr std::string_view id = "yaml";

  Result<Value> parse(std::string_view text, Arena arena, weft_place& at) const {
    if (text.size() > Source::bytes_max) {
      at.line = at.column = 1;
      return Error{Status::limit, "limit.size", "the text has more than 64 MiB"};
    }
    const Source source(text);
    Fault fault;
    if (!source.check(fault)) return refuse(source, fault, at);
    Parser parser(source);
    const uint32_t root = parser.parse();
    if (root == nowhere) return refuse(source, parser.fault(), at);
    Maker maker(parser.tree(), arena);
    Value value;
    if (!maker.make(root, value)) return refuse(source, maker.fault(), at);
    return value;
  }

  bool locate(std::string_view text, std::string_view pointer, weft_place& at) const {
    if (text.size() > Source::bytes_max) return false;
    const Source source(text);
    Fault fault;
    if (!source.check(fault)) return false;
    Parser parser(source);
    const uint32_t root = parser.parse();
    if (root == nowhere) return false;
    const Reached reached = follow(parser.tree(), root, pointer);
    const Part& node = parser.tree()[reached.node];
    set_place(source, node.at, node.length, at);
    return reached.found;
  }
};

}  // namespace weft::yaml

WEFT_PLUGIN(weft::yaml::Yaml);
