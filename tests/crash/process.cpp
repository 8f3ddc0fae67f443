#include "process.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/encode.hpp"
#include "base/json.hpp"
#include "journal/recover.hpp"

namespace weft::tests {

using namespace weft::lit;

namespace {

std::string id_of(size_t run) { return "run-" + std::to_string(run); }

size_t number_of(std::string_view id) { return static_cast<size_t>(id.back() - '0'); }

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
  engine_ = std::make_unique<engine::Engine>(engine::Parts{
      env_.env(), store_.get(), {}, {sink}, [this](std::string_view id) { revive(id); }});
  engine::Engine::connect(*engine_, port_);
  if (!store_->own()) engine_.reset();
}

Process::~Process() { engine_.reset(); }

void Process::bring(size_t run, std::optional<run::Settle> settle) {
  const SimWorld::Plan& plan = (*plans_)[run];
  auto made = std::make_unique<engine::Submission>();
  auto bindings = std::make_shared<engine::Bindings>();
  bindings->plan = plan;
  for (const auto& c : plan->tools) bindings->tools.push_back(tools_.bound(c.component));
  made->bindings = std::move(bindings);
  made->ticket = std::make_shared<engine::Ticket>();
  made->ticket->run = id_of(run);
  made->ticket->wants_detail = true;
  if (tickets_[run] != nullptr) made->ticket->is_accepted = tickets_[run]->is_accepted.load();
  tickets_[run] = made->ticket;
  (void)store_->claim(id_of(run), env_.now(), 1);
  (void)store_->load(id_of(run),
                     [&](std::string_view piece) { made->records.emplace_back(piece); });
  had_run[run] = had_run[run] || !made->records.empty();
  made->settles = settle.has_value();
  if (settle) made->settle = *settle;
  made->acceptance = acceptance(run);
  engine_->submit(std::move(made));
}

// A run that rested until a time, or until somebody said something.
void Process::revive(std::string_view id) { bring(number_of(id), {}); }

void Process::cancel_all() {
  run::Input input;
  input.kind = run::Input::Kind::cancel;
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.text("nobody wants it any more");
  const Value reason = b.take_value();
  for (const auto& ticket : tickets_) engine_->post(ticket, input, base::pack(reason));
}

// Whether the run, as the store has it, waits for an approval.
bool Process::is_asked() {
  state::Pages pages;
  state::State state((*plans_)[0], pages);
  journal::Recovery recovery(state, nullptr, journal::fetch_from(*store_));
  bool is_whole = true;
  const auto loaded = store_->load(
      id_of(0), [&](std::string_view piece) { is_whole = is_whole && recovery.take(piece); });
  return loaded && is_whole &&
         std::any_of(state.waits.begin(), state.waits.end(), [](const state::Wait& wait) {
           return wait.kind == state::Wait::Kind::approval;
         });
}

// Through the store, as another process would; and a run that is not in memory comes back for it.
void Process::say() {
  const Word& word = scenario_->words[words_];
  base::Blocks blocks;
  const base::Doc packed = base::pack(*base::parse_json(word.json, blocks.arena()));
  // Nobody decides what is not asked.
  if (packed.view()["verb"_k].as_text() == "decide" && !is_asked()) {
    is_deaf_ = true;
    return;
  }
  const std::string key = "inbox/" + id_of(0) + '/' + std::to_string(words_);
  weft_sop put{};
  put.size = sizeof put;
  put.kind = WEFT_SOP_KV_PUT;
  put.key = to_str(key);
  put.bytes = to_str(packed.bytes());
  const weft_sop* ops[] = {&put};
  if (!store_->commit(ops, 1)) {
    is_deaf_ = true;
    return;
  }
  ++words_;
  const bool rests = tickets_[0]->is_done && !state::is_ended(tickets_[0]->report.status);
  if (rests && tickets_[0]->report.error.code.empty() && engine_->parked_count() == 0) {
    bring(0, {});
  }
  if (words_ == scenario_->words.size()) return;
  const int64_t next = began_ + scenario_->words[words_].after_ns;
  env_.at(std::max(next, env_.now()), [this] { say(); });
}

bool Process::is_over() const {
  // Whoever was not heard waits for another process, not for what this one comes to.
  if (is_deaf_) return true;
  return words_ == scenario_->words.size() && engine_->parked_count() == 0 &&
         std::all_of(tickets_.begin(), tickets_.end(),
                     [](const auto& ticket) { return ticket->is_done.load(); });
}

void Process::play(const Plans& plans, const Scenario& scenario, size_t words,
                   std::optional<run::Settle> settle) {
  plans_ = &plans;
  scenario_ = &scenario;
  began_ = env_.now();
  words_ = words;
  first.resize(plans.size());
  published_.resize(plans.size());
  had_run.resize(plans.size());
  tickets_.resize(plans.size());
  for (size_t i = 0; i < plans.size(); ++i) bring(i, settle);
  if (scenario.cancel_after_ns != 0) {
    env_.at(began_ + scenario.cancel_after_ns, [this] { cancel_all(); });
  }
  if (words_ < scenario.words.size()) {
    env_.at(began_ + scenario.words[words_].after_ns, [this] { say(); });
  }
  while (!is_over()) {
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
    seen.is_done.push_back(ticket->is_done && state::is_ended(ticket->report.status));
  }
  seen.published = published_;
  seen.words = words_;
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
    const size_t run = number_of(to_view(events[i]->run));
    if (process.first[run] == 0) process.first[run] = events[i]->seq;
    process.published_[run] = events[i]->seq;
  }
}

}  // namespace weft::tests
