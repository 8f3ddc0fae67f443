// Blocks: which step is next, and how a block ends.
#include "reference.hpp"

namespace weft::tests {

void Reference::open(Slot* outer, const Step& block) {
  auto frame = std::make_unique<Frame>();
  frame->block = &block;
  frame->outer = outer;
  frame->slots.resize(block.steps.size());
  for (size_t i = 0; i < block.steps.size(); ++i) {
    Slot& slot = frame->slots[i];
    slot.step = &block.steps[i];
    slot.home = frame.get();
    slot.path = (outer != nullptr ? outer->path + '/' : "") + slot.step->id;
    std::vector<std::string> names = slot.step->depends_on;
    collect_references(*slot.step, names);
    auto& before = frame->before.emplace_back();
    for (uint32_t n = 0; n < block.steps.size(); ++n) {
      const bool is_named = std::find(names.begin(), names.end(), block.steps[n].id) != names.end();
      if (is_named && n != i) before.push_back(n);
    }
  }
  news_.push_back({frame.get(), nullptr});
  (outer != nullptr ? outer->inner : root_) = std::move(frame);
}

void Reference::deliver() {
  while (!news_.empty() && !is_done_) {
    const auto [frame, slot] = news_.front();
    news_.pop_front();
    if (frame->is_closed) continue;
    if (slot != nullptr) {
      slot->is_heard = true;
      if (slot->status == Status::failed) frame->has_failed = true;
    }
    go_on(*frame);
    // What was asked to end, runs nothing any more and has heard of everything has ended.
    const bool hears_more = std::any_of(news_.begin(), news_.end(),
                                        [f = frame](const auto& news) { return news.first == f; });
    if (frame->is_stopping && !frame->has_active() && !frame->is_closed && !hears_more) {
      close_stopped(*frame);
    }
  }
  if (is_done_) news_.clear();
}

void Reference::go_on(Frame& frame) {
  if (frame.block->kind == Step::Kind::dag) {
    go_on_as_ready(frame);
  } else {
    go_on_in_order(frame);
  }
}

// What a block decided about a step. In one that was asked to end nothing begins any more.
void Reference::ask(Slot& slot, bool is_to_run) {
  slot.is_asked = true;
  if (!is_to_run) {
    slot.status = Status::skipped;
    slot.is_heard = true;
  } else if (!slot.home->is_stopping) {
    start(slot);
  }
}

// One after another. After a failure only what says so in 'run_if'.
void Reference::go_on_in_order(Frame& frame) {
  if (frame.next > 0 && frame.slots[frame.next - 1].is_asked &&
      !frame.slots[frame.next - 1].is_heard) {
    return;
  }
  const bool has_failed = std::any_of(frame.slots.begin(), frame.slots.end(), [](const Slot& s) {
    return s.is_heard && (s.status == Status::failed || s.status == Status::cancelled);
  });
  while (frame.next < frame.slots.size()) {
    Slot& slot = frame.slots[frame.next++];
    const RunIf run_if = slot.step->run_if;
    const bool runs = run_if == RunIf::always || (run_if == RunIf::failure) == has_failed;
    ask(slot, runs);
    if (runs) return;
  }
  finish_block(frame);
}

// Each as soon as what it waits for has ended. The first failure asks the others to end.
void Reference::go_on_as_ready(Frame& frame) {
  if (frame.has_failed && !frame.has_stopped_others) {
    frame.has_stopped_others = true;
    for (Slot& slot : frame.slots) {
      const bool runs = slot.is_asked && !slot.is_heard;
      if (runs && slot.step->run_if == RunIf::success) stop(slot);
    }
  }
  bool is_late = false;
  while (true) {
    bool any = false;
    for (Slot& slot : frame.slots) any = decide(frame, slot, is_late) || any;
    if (any) {
      is_late = false;
      continue;
    }
    const bool runs = std::any_of(frame.slots.begin(), frame.slots.end(),
                                  [](const Slot& s) { return s.is_asked && !s.is_heard; });
    if (runs || is_late) break;
    is_late = true;
  }
  const bool is_over =
      std::all_of(frame.slots.begin(), frame.slots.end(), [](const Slot& s) { return s.is_heard; });
  if (is_over) finish_block(frame);
}

// Whether something was decided. A step that waits for failures and depends on nothing is decided
// when nothing else can run.
bool Reference::decide(Frame& frame, Slot& slot, bool is_late) {
  if (slot.is_asked) return false;
  const auto index = static_cast<size_t>(&slot - frame.slots.data());
  const RunIf run_if = slot.step->run_if;
  const bool waits_for_all = frame.before[index].empty() && run_if == RunIf::failure;
  if (waits_for_all != is_late) return false;
  bool saw_failure = is_late && frame.has_failed, saw_skip = false;
  for (const uint32_t n : frame.before[index]) {
    const Slot& before = frame.slots[n];
    if (!before.is_heard) return false;
    saw_failure = saw_failure || before.status == Status::failed ||
                  before.status == Status::continued || before.status == Status::cancelled;
    saw_skip = saw_skip || (before.status == Status::skipped && !wrong_.skips_stay);
  }
  const bool runs = run_if == RunIf::always || (run_if == RunIf::failure && saw_failure) ||
                    (run_if == RunIf::success && !saw_failure && !saw_skip && !frame.has_failed);
  ask(slot, runs);
  return true;
}

// The error is that of the first in the order of writing; the result that of the last which nobody
// waits for, else of the last.
void Reference::finish_block(Frame& frame) {
  const Slot* best = nullptr;
  const Slot* first_failed = nullptr;
  bool is_best_end = false, has_cancelled = false;
  for (size_t i = 0; i < frame.slots.size(); ++i) {
    const Slot& slot = frame.slots[i];
    if (slot.status == Status::failed && first_failed == nullptr) first_failed = &slot;
    has_cancelled = has_cancelled || slot.status == Status::cancelled;
    if (slot.status != Status::succeeded) continue;
    const bool is_end =
        frame.block->kind == Step::Kind::sequential ||
        std::none_of(frame.before.begin(), frame.before.end(), [i](const auto& before) {
          return std::find(before.begin(), before.end(), i) != before.end();
        });
    if (best == nullptr || is_end || !is_best_end) {
      best = &slot;
      is_best_end = is_end;
    }
  }
  if (first_failed != nullptr || has_cancelled) {
    if (!frame.is_stopping && first_failed != nullptr) close_failed(frame, first_failed->failure);
    return;
  }
  close(frame, best != nullptr ? best->json : "null");
}

void Reference::close(Frame& frame, std::string json) {
  if (frame.block->output) {
    const Result made = evaluate(frame, *frame.block->output, &json);
    if (!made.json) return close_failed(frame, made.failure);
    json = *made.json;
  }
  frame.is_closed = true;
  if (frame.outer != nullptr) return give_result(*frame.outer, std::move(json));
  finish(continued_ == 0 ? "completed" : "partially_completed", std::move(json));
}

void Reference::close_failed(Frame& frame, const Failure& failure) {
  frame.is_closed = true;
  if (frame.outer == nullptr) {
    return finish("failed", failure.code + ' ' + failure.kind + " in " + failure.step);
  }
  const bool may_help = failure.kind == "transient" && !frame.outer->home->is_stopping;
  if (may_help && again(*frame.outer, {.code = failure.code, .kind = failure.kind})) return;
  fail(*frame.outer, failure);
}

void Reference::close_stopped(Frame& frame) {
  frame.is_closed = true;
  if (frame.outer != nullptr) return cancelled(*frame.outer);
  if (is_late_) return finish("failed", "timeout transient in ");
  finish("cancelled", "");
}

void Reference::stop_block(Frame& frame) {
  frame.is_stopping = true;
  for (Slot& slot : frame.slots) {
    if (slot.is_active()) stop(slot);
  }
  news_.push_back({&frame, nullptr});
}

void Reference::finish(std::string status, std::string outcome) {
  is_done_ = true;
  status_ = std::move(status);
  outcome_ = std::move(outcome);
}

}  // namespace weft::tests
