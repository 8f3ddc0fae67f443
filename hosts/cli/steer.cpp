// Verbs that steer a run, whoever holds it: each is one message.
#include <cstdlib>

#include "person.hpp"
#include "pool.hpp"
#include "session.hpp"
#include "text.hpp"
#include "values.hpp"
#include "verbs.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

// The fields of a message beside its verb. Values are borrowed until it is sent.
struct Fields {
  std::string_view verb;
  std::vector<std::pair<Key, std::string>> texts{};
  std::vector<std::pair<Key, Value>> values{};
};

Exit tell_where(Delivered where, const std::string& run, const Console& console) {
  switch (where) {
    case Delivered::here: break;
    case Delivered::to_owner:
      console.err.write("left for the process that holds the run, which looks at once\n");
      break;
    case Delivered::kept:
      console.err.write("kept for the run, which nobody holds now; go on with: weft resume " + run +
                        "\n");
  }
  return Exit::ok;
}

Exit send(const Arguments& arguments, const Console& console, const Fields& fields) {
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto run = kernel.find_run(arguments.words().front());
  if (!run) return complain(console, run.error());
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  b.set("verb"_k, fields.verb);
  for (const auto& [key, text] : fields.texts) {
    if (!text.empty()) b.set(key, std::string_view(text));
  }
  for (const auto& [key, value] : fields.values) b.set(key, value);
  b.end_object();
  auto sent = kernel.send(*run, b.take_value());
  if (!sent) return complain(console, sent.error());
  return tell_where(*sent, *run, console);
}

std::string second(const Arguments& arguments) {
  return arguments.words().size() > 1 ? arguments.words()[1] : std::string();
}

Exit decide(const Arguments& arguments, const Console& console, bool approves) {
  Diagnostics sources(console.err);
  auto data = read_value("data", arguments.value("data", "null"), sources);
  if (!data) {
    console.err.write(sources.render(data.error()));
    return Exit::usage;
  }
  static constexpr weft_slot yes{WEFT_BOOL, 0, 0, 0, {1}}, no{WEFT_BOOL, 0, 0, 0, {0}};
  Fields fields{"decide",
                {{"step"_k, second(arguments)},
                 {"by"_k, person(arguments)},
                 {"comment"_k, std::string(arguments.value("comment"))},
                 {"choice"_k, std::string(arguments.value("choice"))}},
                {{"approve"_k, Value(approves ? &yes : &no)}}};
  if (arguments.has("data")) fields.values.emplace_back("data"_k, data->view());
  Pool pool;
  if (arguments.has("role")) {
    Builder b(pool.arena());
    b.begin_array();
    for (const std::string& role : arguments.values("role")) b.text(role);
    b.end_array();
    fields.values.emplace_back("roles"_k, b.take_value());
  }
  return send(arguments, console, fields);
}

}  // namespace

Exit signal(const Arguments& arguments, const Console& console) {
  Diagnostics sources(console.err);
  auto data = read_value("data", arguments.value("data", "null"), sources);
  if (!data) {
    console.err.write(sources.render(data.error()));
    return Exit::usage;
  }
  static constexpr weft_slot yes{WEFT_BOOL, 0, 0, 0, {1}};
  Fields fields{"signal",
                {{"name"_k, second(arguments)}, {"id"_k, std::string(arguments.value("key"))}},
                {{"data"_k, data->view()}}};
  if (arguments.has("transient")) fields.values.emplace_back("transient"_k, Value(&yes));
  return send(arguments, console, fields);
}

Exit approve(const Arguments& arguments, const Console& console) {
  return decide(arguments, console, true);
}

Exit reject(const Arguments& arguments, const Console& console) {
  return decide(arguments, console, false);
}

Exit delegate(const Arguments& arguments, const Console& console) {
  return send(arguments, console,
              {"delegate",
               {{"step"_k, std::string(arguments.value("step"))},
                {"from"_k, person(arguments)},
                {"to"_k, second(arguments)}},
               {}});
}

Exit pause(const Arguments& arguments, const Console& console) {
  static constexpr weft_slot yes{WEFT_BOOL, 0, 0, 0, {1}};
  Fields fields{"pause",
                {{"reason"_k, std::string(arguments.value("reason"))}, {"by"_k, person(arguments)}},
                {}};
  if (arguments.has("now")) fields.values.emplace_back("now"_k, Value(&yes));
  return send(arguments, console, fields);
}

Exit cancel(const Arguments& arguments, const Console& console) {
  const std::string reason(arguments.value("reason", "cancelled from the command line"));
  return send(
      arguments, console,
      {"cancel", {{"reason"_k, reason}, {"grace"_k, std::string(arguments.value("grace"))}}, {}});
}

Exit terminate(const Arguments& arguments, const Console& console) {
  const std::string reason(arguments.value("reason", "terminated from the command line"));
  return send(arguments, console, {"terminate", {{"reason"_k, reason}}, {}});
}

namespace {

// Each member of an object by its path.
void add_paths(const std::string& path, Value value, Builder& to) {
  if (!value.is_object() || value.size() == 0) return to.set(Key(path), value);
  for (uint32_t i = 0; i < value.size(); ++i) {
    add_paths(path.empty() ? std::string(value.key(i)) : path + '.' + std::string(value.key(i)),
              value[i], to);
  }
}

// {seq?, values?} of '--if' and '--if-seq'.
Result<Document> expectation_of(const Arguments& arguments) {
  auto values = with_settings(*Document::parse_json("{}"), arguments.values("if"));
  if (!values) return values;
  auto seq = number_of(arguments, "if-seq", 0);
  if (!seq) return seq.error();
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  if (arguments.has("if-seq")) b.set("seq"_k, *seq);
  b.key("values"_k);
  b.begin_object();
  if (values->view().size() != 0) add_paths({}, values->view(), b);
  b.end_object();
  b.end_object();
  return Document::copy(b.take_value());
}

}  // namespace

Exit update(const Arguments& arguments, const Console& console) {
  const bool has_patch = arguments.has("patch");
  if (has_patch == (arguments.words().size() > 1)) {
    return complain(console,
                    usage_error("an update is either NAME=VALUE or '--patch'",
                                "weft update RUN NAME=VALUE, or weft update RUN --patch JSON"));
  }
  auto expected = expectation_of(arguments);
  if (!expected) return complain(console, expected.error());
  const std::pair expect{"expect"_k, expected->view()};
  if (has_patch) {
    Diagnostics sources(console.err);
    auto patch = read_value("patch", arguments.value("patch"), sources);
    if (!patch) {
      console.err.write(sources.render(patch.error()));
      return Exit::usage;
    }
    return send(arguments, console, {"update", {}, {{"patch"_k, patch->view()}, expect}});
  }
  auto nothing = Document::parse_json("{}");
  const std::vector<std::string> settings(arguments.words().begin() + 1, arguments.words().end());
  auto changes = with_settings(*nothing, settings);
  if (!changes) return complain(console, changes.error());
  return send(arguments, console, {"update", {}, {{"changes"_k, changes->view()}, expect}});
}

}  // namespace weft::cli
