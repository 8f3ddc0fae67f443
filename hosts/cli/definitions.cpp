// Verbs 'validate' and 'explain'.
#include <weft/learned.hpp>

#include <algorithm>

#include "definition.hpp"
#include "history.hpp"
#include "verbs.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

// Says so itself, as 'weft migrate convert' writes it.
bool is_converted(Kernel& kernel, const Definition& definition) {
  const auto written = kernel.read(definition.text, definition.file, definition.format);
  return written && written->view()["legacy_mode"_k].as_bool();
}

}  // namespace

Exit validate(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {});
  if (!session) return complain(console, session.error());
  Exit exit = Exit::ok;
  for (const std::string& file : arguments.words()) {
    auto definition = read_definition(file, arguments.value("format"));
    if (!definition) {
      (*session)->say(definition.error());
      exit = std::max(exit, exit_of(definition.error()));
      continue;
    }
    const Checked checked = check(**session, *definition);
    exit = std::max(exit, checked.exit);
    if (!checked.workflow) continue;
    const bool is_old = is_converted((*session)->kernel(), *definition);
    console.out.write(definition->file + ": valid" +
                      (is_old ? ", converted from an old dialect\n" : "\n"));
  }
  return exit;
}

Exit explain(const Arguments& arguments, const Console& console) {
  auto definition = read_definition(arguments.words().front(), arguments.value("format"));
  if (!definition) return complain(console, definition.error());
  const bool has_store = arguments.has("store");
  auto session = Session::open(arguments, console, {.store = has_store});
  if (!session) return complain(console, session.error());
  const Checked checked = check(**session, *definition);
  if (!checked.workflow) return checked.exit;
  auto started = Learning((*session)->kernel()).adapted(*checked.workflow);
  if (!started) return complain(console, started.error());
  if (arguments.has("mermaid")) {
    console.out.write(started->explain_mermaid());
    return Exit::ok;
  }
  Document measured;
  if (has_store) {
    auto found = measure((*session)->kernel(), checked.workflow->id());
    if (!found) return complain(console, found.error());
    measured = std::move(*found);
  }
  console.out.write(started->explain_text(measured.view()));
  if (started->hash() != checked.workflow->hash()) {
    console.out.write(
        "adapted: what people accepted is applied, 'weft learned FILE --propose' lists it\n");
  }
  const auto line = (*session)->kernel().print(*checked.workflow, "line");
  if (line) console.out.write("one line: " + printable(*line) + "\n");
  return Exit::ok;
}

}  // namespace weft::cli
