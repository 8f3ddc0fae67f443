#include "pattern_blocks.hpp"

namespace weft::test {

using lit::operator""_k;

namespace {

// Writes a block and numbers what stands in it in the order of writing.
class Writer final {
 public:
  Writer(uint32_t steps, Edges edges, Random& random, Memory& memory)
      : steps_(steps), edges_(edges), random_(random), b_(memory.arena()) {}

  Block write(const Shape& shape);

 private:
  uint32_t any(uint32_t n) { return below(random_, n); }
  bool once_in(uint32_t n) { return any(n) == 0; }
  uint32_t number(bool is_step) {
    made_.is_step.push_back(is_step);
    return made_.nodes++;
  }
  void condition() {
    b_.begin_object();
    b_.set("node"_k, number(false));
    b_.key("refs"_k);
    b_.begin_array();
    b_.end_array();
    b_.end_object();
  }
  void dependencies(uint32_t own, bool may_have);
  void step(bool has_edges, bool is_graph, bool has_join);
  void branches();
  void fallbacks(Value fields);
  void steps(const Shape& shape);
  void transitions();
  void side();
  void flow();
  void alternatives();
  void join();
  void join_of_instances();

  uint32_t steps_;
  Edges edges_;
  Random& random_;
  Builder b_;
  Block made_;
  bool is_net_ = false;          // steps count arrivals
  std::vector<uint32_t> nodes_;  // of the steps, as far as they are known
};

void Writer::dependencies(uint32_t own, bool may_have) {
  const uint32_t most = edges_ == Edges::none ? 0 : edges_ == Edges::backward ? own : steps_;
  b_.begin_array();
  for (uint32_t i = 0; may_have && i < most && i < 3; ++i) {
    if (once_in(2)) b_.natural(any(most));
  }
  b_.end_array();
}

void Writer::join() {
  constexpr std::string_view kinds[] = {"all", "all_activated", "any", "first"};
  constexpr std::string_view counting[] = {"all", "each", "counting", "general"};
  b_.key("join"_k);
  if (is_net_) return b_.text(counting[any(4)]);
  if (once_in(3)) return b_.natural(1 + any(3));
  if (once_in(2)) return b_.text(kinds[any(4)]);
  b_.begin_object();
  b_.set("n"_k, 1 + any(2));
  b_.set("cancel_rest"_k, once_in(2));
  b_.end_object();
}

void Writer::join_of_instances() {
  b_.key("join"_k);
  b_.begin_object();
  b_.set("n"_k, 1 + any(2));
  b_.set("cancel_rest"_k, once_in(2));
  b_.end_object();
}

// Where a step of a graph may go on; numbers of steps are only right once all are written, so they
// are drawn from what the steps of a graph have: every third node.
void Writer::branches() {
  const auto target = [&] { return uint64_t{any(steps_)} * 3; };
  b_.key("branches"_k);
  b_.begin_array();
  for (uint32_t i = 0; i < 2; ++i) {
    b_.begin_object();
    b_.key("condition"_k);
    condition();
    if (!once_in(4)) b_.set("next_step"_k, target());
    b_.end_object();
  }
  b_.end_array();
  if (once_in(2)) b_.set("default"_k, target());
}

void Writer::step(bool has_edges, bool is_graph, bool has_join) {
  constexpr std::string_view run_if[] = {"success", "success", "success", "failure", "always"};
  const uint32_t own = number(true);
  b_.begin_object();
  b_.set("node"_k, own);
  b_.set("id"_k, std::string_view("s" + std::to_string(own)));
  b_.key("depends_on"_k);
  dependencies(own, has_edges);
  b_.key("refs"_k);
  dependencies(own, has_edges);
  b_.set("run_if"_k, run_if[is_net_ ? 0 : any(5)]);
  for (const Key field : {"reads"_k, "writes"_k}) {
    b_.key(field);
    b_.begin_array();
    if (once_in(4)) b_.text(once_in(2) ? "x" : "y");
    b_.end_array();
  }
  b_.set("effect"_k, once_in(4) ? "at_most_once" : "pure");
  if (is_graph) branches();
  if (has_join && once_in(4)) join();
  b_.end_object();
}

// What the schema fills in. What goes on for as long as it may is bounded by that alone.
void Writer::fallbacks(Value fields) {
  const bool joins = fields["join"_k].exists() && once_in(2);
  if (joins) join_of_instances();
  for (uint32_t i = 0; i < fields.size(); ++i) {
    if (joins && fields.key(i) == "join") continue;
    if (fields[i]["default"_k].exists()) b_.set(Key(fields.key(i)), fields[i]["default"_k]);
  }
  if (fields["max_iterations"_k].exists()) b_.set("max_iterations"_k, 1 + any(3));
}

void Writer::steps(const Shape& shape) {
  if (!shape.has_graph && !shape.has_transitions) fallbacks(shape.fields);
  b_.key(Key(shape.place));
  b_.begin_array();
  for (uint32_t n = 0; n < steps_; ++n) {
    step(!shape.has_graph, shape.has_graph && steps_ > 0, shape.has_transitions);
  }
  b_.end_array();
  if (shape.has_graph) b_.set("max_transitions"_k, 12U);
  if (shape.has_transitions && steps_ > 2) transitions();
  if (is_net_) b_.set("max_visits"_k, 5U);
}

void Writer::transitions() {
  b_.key("transitions"_k);
  b_.begin_array();
  for (uint32_t i = any(4); i > 0; --i) {
    const uint32_t to = 1 + any(steps_ - 1);
    b_.begin_object();
    const uint32_t from = edges_ == Edges::backward ? any(to) : any(steps_);
    const bool leads_back = is_net_ && once_in(2);
    if (leads_back) b_.set("type"_k, "goto");
    b_.set("from"_k, leads_back ? to : from);
    b_.set("to"_k, leads_back ? from : to);
    if (!once_in(3)) {
      b_.key("condition"_k);
      condition();
    }
    b_.end_object();
  }
  if (steps_ > 3 && !is_net_ && once_in(2)) {
    b_.begin_object();
    b_.set("type"_k, "revision_loop");
    b_.set("node"_k, number(false));
    const uint32_t validator = 1 + any(steps_ - 1);
    b_.set("generator"_k, any(validator));
    b_.set("validator"_k, validator);
    b_.set("reviser"_k, any(steps_));
    b_.set("max_iterations"_k, 1 + any(3));
    b_.set("on_exhausted"_k, once_in(2) ? "fail" : "accept_best");
    b_.end_object();
  }
  b_.end_array();
}

void Writer::side() {
  b_.begin_array();
  for (uint32_t i = any(3); i > 0; --i) step(false, false, false);
  b_.end_array();
}

void Writer::flow() {
  b_.key("conditions"_k);
  b_.begin_array();
  for (uint32_t i = 0; i < 1 + steps_ / 3; ++i) {
    b_.begin_object();
    b_.key("if"_k);
    condition();
    b_.key("then"_k);
    side();
    if (once_in(2)) {
      b_.key("elif"_k);
      b_.begin_array();
      b_.begin_object();
      b_.key("if"_k);
      condition();
      b_.key("then"_k);
      side();
      b_.end_object();
      b_.end_array();
    }
    if (once_in(2)) {
      b_.key("else"_k);
      side();
    }
    b_.end_object();
  }
  b_.end_array();
}

void Writer::alternatives() {
  b_.key("branches"_k);
  b_.begin_array();
  for (uint32_t i = 0; i < steps_; ++i) {
    const uint32_t own = number(true);
    b_.begin_object();
    b_.set("node"_k, own);
    b_.set("id"_k, std::string_view("s" + std::to_string(own)));
    b_.key("condition"_k);
    condition();
    b_.end_object();
  }
  b_.end_array();
  b_.key("default"_k);
  side();
  b_.set("execute_all_matching"_k, once_in(2));
  b_.set("short_circuit"_k, once_in(2));
}

Block Writer::write(const Shape& shape) {
  is_net_ = shape.has_transitions && once_in(3);
  b_.begin_object();
  b_.set("form"_k, std::string_view(shape.form));
  if (shape.has_sides) {
    flow();
  } else if (shape.has_graph && once_in(3)) {
    alternatives();
  } else {
    steps(shape);
  }
  b_.end_object();
  made_.value = b_.take_value();
  return std::move(made_);
}

}  // namespace

Shape shape_of(Value form) {
  const Value fields = form["schema"_k]["properties"_k];
  Shape shape;
  shape.form = form["name"_k].as_text();
  shape.fields = fields;
  for (uint32_t i = fields.size(); i > 0; --i) {
    if (fields[i - 1]["format"_k].as_text() == "weft-steps") shape.place = fields.key(i - 1);
  }
  shape.has_transitions = fields["transitions"_k].exists();
  shape.has_graph = fields["steps"_k]["items"_k]["properties"_k]["branches"_k].exists();
  shape.has_sides = fields["conditions"_k]["items"_k]["properties"_k]["then"_k].exists();
  return shape;
}

Block random_block(const Shape& shape, uint32_t steps, Edges edges, Random& random,
                   Memory& memory) {
  return Writer(steps, edges, random, memory).write(shape);
}

}  // namespace weft::test
