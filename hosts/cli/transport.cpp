// Verbs 'export', 'import' and 'verify'.
#include <weft/travel.hpp>

#include "new_file.hpp"
#include "past.hpp"
#include "session.hpp"
#include "text.hpp"
#include "values.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

std::string records_text(uint64_t count) {
  return concat({std::to_string(count), count == 1 ? " record" : " records"});
}

bool tell(const Verified& verified, const Console& console) {
  const std::string run = concat({"run ", verified.run, ": "});
  if (verified.damage.empty()) {
    console.out.write(concat({run, console.out.paint(Style::green, "good"), ", ",
                              records_text(verified.records), "\n"}));
    return true;
  }
  console.out.write(
      concat({run, console.out.paint(Style::red, "damaged"), ", ", records_text(verified.records),
              " from the first one on ", verified.records == 1 ? "is good\n" : "are good\n"}));
  console.out.write(Diagnostics(console.out).render(verified.damage.front()));
  return false;
}

Result<std::vector<std::string>> runs_to_verify(Kernel& kernel, const Arguments& arguments) {
  std::vector<std::string> runs;
  if (!arguments.has("all")) {
    auto id = kernel.find_run(arguments.words().front());
    if (!id) return id.error();
    runs.push_back(std::move(*id));
    return runs;
  }
  RunFilter everything;
  everything.max = UINT32_MAX;
  auto all = kernel.list(everything);
  if (!all) return all.error();
  for (const Value run : all->view()) runs.emplace_back(run["id"_k].as_text());
  return runs;
}

}  // namespace

Exit export_run(const Arguments& arguments, const Console& console) {
  const std::string file(arguments.value("output"));
  if (file.empty()) {
    return complain(console, usage_error("'export' needs a file to write",
                                         "weft export RUN -o FILE; '-o -' is standard output"));
  }
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto id = kernel.find_run(arguments.words().front());
  if (!id) return complain(console, id.error());
  NewFile to(file);
  auto exported = kernel.export_run(*id, [&](std::string_view bytes) { return to.write(bytes); });
  if (!exported) return complain(console, exported.error());
  if (auto finished = to.finish(); !finished) return complain(console, finished.error());
  const Terminal& out = file == "-" ? console.err : console.out;
  out.write(concat({"exported run ", *id, ", ", records_text(exported->records), ", head ",
                    exported->head, "\n"}));
  return Exit::ok;
}

Exit import_run(const Arguments& arguments, const Console& console) {
  auto bytes = read_text(arguments.words().front());
  if (!bytes) return complain(console, bytes.error());
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  auto imported = (*session)->kernel().import_run(*bytes, arguments.value("head"));
  if (!imported) return complain(console, imported.error());
  for (const std::string& run : imported->present) {
    console.out.write(concat({"run ", run, " is here already, and the same\n"}));
  }
  for (const std::string& run : imported->added) {
    console.out.write(concat({"imported run ", run, "\n"}));
  }
  console.out.write(
      concat({records_text(imported->records), " added, head ", imported->head, "\n"}));
  return Exit::ok;
}

Exit verify(const Arguments& arguments, const Console& console) {
  if (arguments.has("all") != arguments.words().empty()) {
    return complain(console, usage_error("'verify' needs one run, or '--all' instead of it",
                                         "usage: weft verify RUN, or weft verify --all"));
  }
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto runs = runs_to_verify(kernel, arguments);
  if (!runs) return complain(console, runs.error());
  bool is_whole = true;
  for (const std::string& run : *runs) {
    auto verified = kernel.verify(run);
    if (!verified) return complain(console, verified.error());
    if (!tell(*verified, console)) is_whole = false;
  }
  return is_whole ? Exit::ok : Exit::failed;
}

}  // namespace weft::cli
