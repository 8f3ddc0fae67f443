#include "process.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/encode.hpp"
#include "base/json.hpp"

namespace weft::tests {

using namespace weft::lit;

namespace {

std::string id_of(size_t run) { return "run-" + std::to_string(run); }

base::Doc acceptance(size_t run) {
  base::Blocks blocks;
  return base::pack(*base::parse_json(
      R"({"id":")" + id_of(run) +
          R"(","input":{"text":"some text of some length"},"params":null,"seed":3})",
      blocks.arena()));
}

}  // namespace

Process::Process(const test::Place& place, int64_t now)
    : registry_({{WEFT_PLUGIN_DIR}, &port_, {}, {}}), tools_(env_, port_) {
  env_.advance_to(now);
  registry_.scan();
  sink_.size = sizeof sink_;
  sink_.kinds = uint64_t{1} << WEFT_AREA_WORKFLOW;
  sink_.consume = consume;
  sink_.flush = [](void*, const weft_call*, weft_out*) noexcept -> weft_status { return WEFT_OK; };
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("path"_k, std::string_view(place.path));
  b.set("vfs"_k, std::string_view(place.vfs));
  b.end_object();
  const auto number = registry_.find("store", "sqlite");
  if (!number) throw std::runtime_error(number.error().message);
  auto bound = registry_.store(*number, b.take_value());
  if (!bound) return;
  store_ = std::make_unique<journal::Store>(*bound);
  plugin::BoundSink sink;
  sink.table = &sink_;
  sink.self = this;
  engine_ =
      std::make_unique<engine::Engine>(engine::Engine::Parts{env_.env(), store_.get(), {}, {sink}});
  engine::Engine::connect(*engine_, port_);
  if (!store_->own()) engine_.reset();
}

Process::~Process() { engine_.reset(); }

void Process::submit(size_t run, const SimWorld::Plan& plan, std::optional<run::Settle> settle) {
  auto made = std::make_unique<engine::Submission>();
  auto bindings = std::make_shared<engine::Bindings>();
  bindings->plan = plan;
  for (const auto& c : plan->tools) bindings->tools.push_back(tools_.bound(c.component));
  made->bindings = std::move(bindings);
  made->ticket = std::make_shared<engine::Ticket>();
  made->ticket->run = id_of(run);
  made->ticket->wants_detail = true;
  tickets_.push_back(made->ticket);
  (void)store_->claim(id_of(run), env_.now(), 1);
  (void)store_->load(id_of(run),
                     [&](std::string_view piece) { made->records.emplace_back(piece); });
  had_run.push_back(!made->records.empty());
  made->settles = settle.has_value();
  if (settle) made->settle = *settle;
  made->acceptance = acceptance(run);
  engine_->submit(std::move(made));
}

void Process::play(const Plans& plans, const Scenario& scenario,
                   std::optional<run::Settle> settle) {
  first.resize(plans.size());
  published_.resize(plans.size());
  for (size_t i = 0; i < plans.size(); ++i) submit(i, plans[i], settle);
  if (scenario.cancel_after_ns != 0) {
    env_.at(env_.now() + scenario.cancel_after_ns, [this] {
      run::Input input;
      input.kind = run::Input::Kind::cancel;
      base::Blocks blocks;
      Builder b(blocks.arena());
      b.text("nobody wants it any more");
      const Value reason = b.take_value();
      for (const auto& ticket : tickets_) engine_->post(ticket, input, base::pack(reason));
    });
  }
  const auto is_done = [](const auto& ticket) { return ticket->is_done.load(); };
  while (!std::all_of(tickets_.begin(), tickets_.end(), is_done)) {
    if (engine_->turn() || env_.run_one()) continue;
    const int64_t next = std::min(engine_->next_due(), env_.next_due());
    if (next == INT64_MAX) break;
    env_.advance_to(next);
  }
}

Seen Process::seen() const {
  Seen seen;
  seen.calls = tools_.calls.size();
  seen.now = env_.now();
  for (const auto& ticket : tickets_) {
    seen.is_accepted.push_back(ticket->is_accepted);
    seen.is_done.push_back(ticket->is_done);
  }
  seen.published = published_;
  return seen;
}

std::string Process::outcome(size_t run) const {
  return tickets_[run]->is_done ? tell(tickets_[run]->report) : "still running";
}

bool Process::waits(size_t run) const {
  return tickets_[run]->is_done && tickets_[run]->report.status == state::RunStatus::waiting;
}

bool Process::was_given_up(size_t run) const {
  return tickets_[run]->is_done && !tickets_[run]->report.error.code.empty();
}

void Process::consume(void* self, const weft_event* const* events, uint32_t n, uint64_t) noexcept {
  auto& process = *static_cast<Process*>(self);
  for (uint32_t i = 0; i < n; ++i) {
    const std::string_view id = to_view(events[i]->run);
    const auto run = static_cast<size_t>(id.back() - '0');
    if (process.first[run] == 0) process.first[run] = events[i]->seq;
    process.published_[run] = events[i]->seq;
  }
}

}  // namespace weft::tests
