// Verbs 'why', 'query' and 'gc'.
#include "outcome.hpp"
#include "pool.hpp"
#include "text.hpp"
#include "times.hpp"
#include "values.hpp"
#include "verbs.hpp"

namespace weft::cli {

using namespace weft::lit;

Exit why(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto run = kernel.find_run(arguments.words().front());
  if (!run) return complain(console, run.error());
  auto reason = kernel.why(*run);
  if (!reason) return complain(console, reason.error());
  if (arguments.has("json")) {
    Pool pool;
    Builder b(pool.arena());
    b.begin_object();
    b.set("run"_k, std::string_view(*run));
    b.set("reason"_k, std::string_view(reason->sentence));
    b.key("since"_k);
    b.time(reason->since_ns);
    if (!reason->command.empty()) b.set("command"_k, std::string_view(reason->command));
    b.end_object();
    console.out.write(to_json(b.take_value(), true) + "\n");
    return Exit::ok;
  }
  const int64_t ago = wall_ns() - reason->since_ns;
  std::string text = printable(reason->sentence);
  if (reason->since_ns != 0) {
    text += ", since " + local_text(reason->since_ns) + " (" + duration_text(ago) + ")";
  }
  text += "\n";
  if (!reason->command.empty()) text += "hint: " + printable(reason->command) + "\n";
  console.out.write(text);
  return Exit::ok;
}

Exit query(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto run = kernel.find_run(arguments.words().front());
  if (!run) return complain(console, run.error());
  const bool asks = arguments.words().size() > 1;
  auto value = kernel.query(*run, asks ? std::string_view(arguments.words()[1]) : "");
  if (!value) return complain(console, value.error());
  console.out.write(result_text(value->view()));
  return Exit::ok;
}

Exit gc(const Arguments& arguments, const Console& console) {
  auto keep = number_of(arguments, "keep", 0);
  if (!keep) return complain(console, keep.error());
  auto age = duration_of("older-than", arguments.value("older-than", "30d"));
  if (!age) return complain(console, age.error());
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  const bool is_dry = arguments.has("dry-run");
  auto forgotten = (*session)->kernel().forget({*age, *keep, is_dry});
  if (!forgotten) return complain(console, forgotten.error());
  for (const std::string& run : forgotten->runs) {
    if (is_dry) console.out.write(run + "\n");
  }
  std::string text = std::string(is_dry ? "would forget " : "forgot ") +
                     std::to_string(forgotten->runs.size()) + " runs";
  if (forgotten->needed > 0) {
    text += ", kept " + std::to_string(forgotten->needed) + " that forks of them need";
  }
  console.err.write(text + "\n");
  return Exit::ok;
}

}  // namespace weft::cli
