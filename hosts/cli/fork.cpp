// Verb 'fork'.
#include <weft/travel.hpp>

#include <algorithm>
#include <charconv>

#include "outcome.hpp"
#include "past.hpp"
#include "values.hpp"

namespace weft::cli {
namespace {

struct Changed {
  std::optional<Document> input, changes;
};

Result<Changed> read_changed(const Arguments& arguments, Diagnostics& sources) {
  Changed changed;
  if (arguments.has("input")) {
    auto input = read_value("input", arguments.value("input"), sources);
    if (!input) return input.error();
    changed.input = std::move(*input);
  }
  if (!arguments.has("set")) return changed;
  auto nothing = Document::parse_json("{}");
  if (!nothing) return nothing.error();
  auto changes = with_settings(*nothing, arguments.values("set"));
  if (!changes) return changes.error();
  changed.changes = std::move(*changes);
  return changed;
}

}  // namespace

void read_point(std::string_view at, ForkOptions& options) {
  const auto read = std::from_chars(at.data(), at.data() + at.size(), options.seq);
  if (read.ec == std::errc() && read.ptr == at.data() + at.size()) return;
  options.seq = 0;
  options.step = at;
}

Exit fork_run(const Arguments& arguments, const Console& console) {
  Diagnostics sources(console.err);
  auto changed = read_changed(arguments, sources);
  if (!changed) {
    console.err.write(sources.render(changed.error()));
    return Exit::usage;
  }
  auto session = Session::open(arguments, console, {true, true, progress_mode(arguments, console)});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto base = kernel.find_run(arguments.words().front());
  if (!base) return complain(console, base.error());

  const Ending ending{arguments.has("json"), arguments.has("quiet")};
  ForkOptions options;
  read_point(arguments.value("at", "0"), options);
  if (changed->input) options.input = changed->input->view();
  if (changed->changes) options.changes = changed->changes->view();
  options.with_detail = ending.as_json;
  const Go go = [&](const Told& told) -> Result<Outcome> {
    auto id = kernel.fork(*base, options);
    if (!id) return id.error();
    told(*id);
    return kernel.wait(*id);
  };
  return conduct(**session, go, ending);
}

}  // namespace weft::cli
