// Law of this file: what a net does follows from arrivals and from the steps that it was told have
// ended, in the order of writing; so it is the same however facts arrive.
#include <algorithm>
#include <cstring>

#include "net.hpp"
#include "walk.hpp"

using namespace weft::lit;
using weft::Value;
using weft::sdk::Frame;

namespace dag {
namespace {

bool is_ended(uint32_t status) {
  return status >= WEFT_NODE_SUCCEEDED && status != WEFT_NODE_UNKNOWN;
}

// An entry of the memo: something is on its way along an edge, which is found by its ends.
struct Kept {
  uint16_t from, to, number;
};

std::string pack(const Net& net, const Arrivals& arrivals) {
  std::string bytes;
  for (size_t i = 0; i < arrivals.size(); ++i) {
    if (arrivals[i] == 0) continue;
    const Kept kept{static_cast<uint16_t>(net.links[i].from),
                    static_cast<uint16_t>(net.links[i].to), arrivals[i]};
    bytes.append(reinterpret_cast<const char*>(&kept), sizeof kept);
  }
  return bytes;
}

Arrivals unpack(const Net& net, std::string_view bytes) {
  Arrivals arrivals(net.links.size(), 0);
  for (; bytes.size() >= sizeof(Kept); bytes.remove_prefix(sizeof(Kept))) {
    Kept kept{};
    std::memcpy(&kept, bytes.data(), sizeof kept);
    for (size_t i = 0; i < net.links.size(); ++i) {
      const bool is_it = net.links[i].from == kept.from && net.links[i].to == kept.to;
      if (is_it) arrivals[i] = kept.number;
    }
  }
  return arrivals;
}

using Brought = std::vector<std::vector<Value>>;
constexpr size_t brought_max = 200;  // values and the lists of them that fit into a memo

uint64_t ends_of(const Link& link) { return uint64_t{link.from} << 32U | link.to; }

void write_brought(const Net& net, const Brought& all, weft::Builder& out) {
  out.begin_array();
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].empty()) continue;
    out.begin_array();
    out.natural(ends_of(net.links[i]));
    for (const Value value : all[i]) value.exists() ? out.link(value) : out.null();
    out.end_array();
  }
  out.end_array();
}

Brought brought(const Net& net, Value written) {
  Brought all(net.links.size());
  for (const Value one : written) {
    for (size_t i = 0; i < net.links.size(); ++i) {
      if (one[0U].as_u64() != ends_of(net.links[i])) continue;
      for (uint32_t k = 1; k < one.size(); ++k) all[i].push_back(one[k]);
    }
  }
  return all;
}

}  // namespace

NetWalk::NetWalk(Net net) : net_(std::move(net)) {
  arrivals_.assign(net_.links.size(), 0);
  active_.assign(net_.nodes(), false);
  asked_.assign(net_.nodes(), 0);
  went_.assign(net_.nodes(), false);
  link_of_.assign(net_.nodes(), none);
  for (uint32_t i = 0; i < net_.links.size(); ++i) {
    if (net_.links[i].condition < link_of_.size()) link_of_[net_.links[i].condition] = i;
  }
}

void NetWalk::recall(const Frame& frame) {
  arrivals_ = remembered_ = unpack(net_, frame.memo()["arrivals"_k].as_bytes());
  for (uint32_t n = 0; n < net_.nodes(); ++n) {
    const uint32_t status = frame.status(n);
    const bool is_open = status != WEFT_NODE_PENDING && !is_ended(status);
    const bool is_bad = status == WEFT_NODE_FAILED || status == WEFT_NODE_CANCELLED;
    if (is_bad) failed_ = std::min(failed_, n);
    if (!is_open) continue;
    active_[n] = net_.is_step[n];
    ++(net_.is_step[n] ? running_ : asking_);
  }
  for (uint32_t n = 0; n < net_.nodes() && asking_ > 0; ++n) recall_asked(n, frame);
  has_cancelled_ = is_failing();
}

// Conditions behind one step are asked together, so those of one time have one visit.
void NetWalk::recall_asked(uint32_t node, const Frame& frame) {
  uint32_t visit = none;
  for (const uint32_t i : net_.out[node]) {
    const uint32_t condition = net_.links[i].condition;
    if (condition == none || frame.status(condition) == WEFT_NODE_PENDING) continue;
    if (is_ended(frame.status(condition))) continue;
    visit = frame.visit(condition);
    ++asked_[node];
  }
  for (const uint32_t i : net_.out[node]) {
    const uint32_t condition = net_.links[i].condition;
    if (asked_[node] == 0 || condition == none || frame.visit(condition) != visit) continue;
    if (frame.status(condition) != WEFT_NODE_SUCCEEDED) continue;
    went_[node] = went_[node] || frame.result(condition).as_bool();
  }
}

void NetWalk::step(std::span<const weft_fact> facts, const Frame& frame,
                   weft::sdk::Commands& commands) {
  brought_ = net_.binds ? brought(net_, frame.memo()["brought"_k]) : Brought(net_.links.size());
  for (const weft_fact& fact : facts) {
    if (!is_closed_) take(fact, {frame, commands});
  }
  brought_.clear();  // it lies in what was lent
}

void NetWalk::take(const weft_fact& fact, const Told& told) {
  const uint32_t node = weft::sdk::node_of(fact.node);
  if (fact.kind == WEFT_FACT_BEGIN) {
    begin(fact, told);
  } else if (fact.kind == WEFT_FACT_ENDED && node < net_.nodes()) {
    const auto status = static_cast<uint32_t>(fact.a);
    net_.is_step[node] ? ended(node, status, told) : answered(node, status, told);
  }
  go_on(told);
}

// A run may begin at a later step; then that is all that begins.
void NetWalk::begin(const weft_fact& fact, const Told& told) {
  const uint32_t only = (fact.flags & 1U) != 0 ? weft::sdk::node_of(fact.node) : none;
  for (uint32_t n = 0; n < net_.nodes(); ++n) {
    if (only == none ? net_.begins(n) : n == only) start(n, told);
  }
}

void NetWalk::ended(uint32_t node, uint32_t status, const Told& told) {
  if (active_[node]) --running_;
  active_[node] = false;
  const bool is_bad = status == WEFT_NODE_FAILED || status == WEFT_NODE_CANCELLED;
  if (is_bad) failed_ = std::min(failed_, node);
  // Nothing goes on from a step that was skipped or whose failure the block goes on after.
  if (status != WEFT_NODE_SUCCEEDED || is_failing()) return;
  went_[node] = false;
  for (const uint32_t i : net_.out[node]) {
    const uint32_t condition = net_.links[i].condition;
    if (condition == none) {
      if (!net_.links[i].is_rest) arrive(i, told);
      continue;
    }
    ++asking_;
    ++asked_[node];
    told.commands.evaluate(anew(told.frame, condition), told.frame.result(node));
  }
}

// All conditions behind the step are answered, and none is true.
void NetWalk::go_otherwise(uint32_t node, const Told& told) {
  for (const uint32_t i : net_.out[node]) {
    if (net_.links[i].is_rest) arrive(i, told);
  }
}

// With the result of the step that it comes from, which may soon run again.
void NetWalk::arrive(uint32_t link, const Told& told) {
  ++arrivals_[link];
  if (net_.binds) brought_[link].push_back(told.frame.result(net_.links[link].from));
}

void NetWalk::answered(uint32_t condition, uint32_t status, const Told& told) {
  --asking_;
  const uint32_t link = link_of_[condition];
  if (status != WEFT_NODE_SUCCEEDED) failed_ = std::min(failed_, condition);
  if (link == none || is_failing()) return;
  const uint32_t from = net_.links[link].from;
  if (told.frame.result(condition).as_bool()) {
    arrive(link, told);
    went_[from] = true;
  }
  if (--asked_[from] == 0 && !went_[from]) go_otherwise(from, told);
}

void NetWalk::go_on(const Told& told) {
  if (is_failing()) return fail(told);
  for (uint32_t n = 0; n < net_.nodes() && !is_closed_; ++n) {
    const Arrivals before = arrivals_;
    if (is_free(n) && use_arrivals(net_, n, arrivals_)) run(n, before, told);
  }
  // What is asked may still lead somewhere.
  while (!is_closed_ && asking_ == 0 && run_general(told)) {
  }
  if (is_closed_) return;
  if (running_ == 0 && asking_ == 0) return finish(told);
  remember(told);
}

bool NetWalk::run_general(const Told& told) {
  for (uint32_t n = 0; n < net_.nodes(); ++n) {
    if (!is_free(n) || !is_reached(net_, n, arrivals_)) continue;
    const uint64_t key = ripe_key(n, arrivals_, active_);
    if (!std::binary_search(net_.ripe.begin(), net_.ripe.end(), key)) continue;
    const Arrivals before = arrivals_;
    use_reached(net_, n, arrivals_);
    run(n, before, told);
    return true;
  }
  return false;
}

// The step sees what came with the arrivals that it used.
void NetWalk::run(uint32_t node, const Arrivals& before, const Told& told) {
  if (!net_.binds) return start(node, told);
  weft::Builder b = told.frame.builder();
  b.begin_object();
  b.key("arrived"_k);
  b.begin_object();
  for (const uint32_t i : net_.in[node]) {
    if (arrivals_[i] == before[i] || brought_[i].empty()) continue;
    b.set(weft::Key(net_.name[net_.links[i].from]), brought_[i].front());
    brought_[i].erase(brought_[i].begin());
  }
  b.end_object();
  b.end_object();
  start(node, told, b.take_value());
}

void NetWalk::start(uint32_t node, const Told& told, Value bindings) {
  const uint64_t next = anew(told.frame, node);
  if (weft::sdk::visit_of(next) >= net_.visits_max) {
    return fail_with("dag.visit_limit",
                     "the step '" + net_.name[node] + "' has run " +
                         std::to_string(net_.visits_max) +
                         " times and was to run again; raise 'max_visits', or let a condition end "
                         "what leads back",
                     told);
  }
  told.commands.start(next, bindings);
  active_[node] = true;
  ++running_;
}

// Those under way are asked to end; by what was told, not by the table, which may be ahead.
void NetWalk::fail(const Told& told) {
  for (uint32_t n = 0; n < net_.nodes() && !has_cancelled_; ++n) {
    if (active_[n]) told.commands.cancel(n, "another step failed");
  }
  has_cancelled_ = true;
  if (running_ > 0 || asking_ > 0) return;
  is_closed_ = true;
  skip_rest("another step failed", told);
  told.commands.fail_node(failed_);
}

void NetWalk::fail_with(std::string_view code, const std::string& message, const Told& told) {
  is_closed_ = true;
  skip_rest("the block has failed", told);
  told.commands.fail(code, message);
}

void NetWalk::skip_rest(std::string_view reason, const Told& told) const {
  for (uint32_t n = 0; n < net_.nodes(); ++n) {
    const bool has_begun = active_[n] || told.frame.status(n) != WEFT_NODE_PENDING;
    if (net_.is_step[n] && !has_begun) told.commands.skip(n, reason);
  }
}

// The result is that of a step that nothing follows, of several the last in the order of writing.
void NetWalk::finish(const Told& told) {
  is_closed_ = true;
  uint32_t last = none;
  for (uint32_t n = 0; n < net_.nodes(); ++n) {
    if (!net_.is_step[n]) continue;
    const bool is_earlier_kind = last != none && net_.out[last].empty() && !net_.out[n].empty();
    if (told.frame.status(n) == WEFT_NODE_SUCCEEDED && !is_earlier_kind) last = n;
  }
  skip_rest("nothing led to it", told);
  const Value about = left_over(told);
  if (last != none) return told.commands.return_node(last, about);
  told.commands.return_value(weft::null_value(), about);
}

// Arrivals that nothing used are dropped and told of.
Value NetWalk::left_over(const Told& told) const {
  weft::Builder b = told.frame.builder();
  bool has_any = false;
  b.begin_object();
  b.key("metadata"_k);
  b.begin_object();
  b.key("left_over"_k);
  b.begin_array();
  for (size_t i = 0; i < arrivals_.size(); ++i) {
    if (arrivals_[i] == 0) continue;
    has_any = true;
    b.begin_object();
    b.set("from"_k, std::string_view(net_.name[net_.links[i].from]));
    b.set("to"_k, std::string_view(net_.name[net_.links[i].to]));
    b.set("arrivals"_k, uint64_t{arrivals_[i]});
    b.end_object();
  }
  b.end_array();
  b.end_object();
  b.end_object();
  const Value about = b.take_value();
  return has_any ? about : Value();
}

void NetWalk::remember(const Told& told) {
  if (arrivals_ == remembered_) return;
  remembered_ = arrivals_;
  size_t kept = 0;
  for (const auto& values : brought_) kept += values.empty() ? 0 : 2 + values.size();
  if (kept > brought_max) {
    return fail_with("dag.arrivals_limit",
                     "more arrivals wait to be used than can be kept with their results", told);
  }
  weft::Builder b = told.frame.builder();
  b.begin_object();
  b.key("arrivals"_k);
  b.bytes(pack(net_, arrivals_));
  if (kept > 0) {
    b.key("brought"_k);
    write_brought(net_, brought_, b);
  }
  b.end_object();
  told.commands.memo(b.take_value());
}

}  // namespace dag
