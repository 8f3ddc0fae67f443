// What was learned of runs, for programs and people: its numbers, proposals, and what becomes of
// them.
#include <weft/learned.hpp>

#include <algorithm>

#include "base/blocks.hpp"
#include "base/compare.hpp"
#include "base/encode.hpp"
#include "base/limits.hpp"
#include "base/path.hpp"
#include "learned.hpp"
#include "travel/history.hpp"
#include "travel/learn.hpp"
#include "travel/propose.hpp"

namespace weft {

using namespace weft::lit;

namespace {

constexpr std::string_view learned_prefix = "learned/";

std::string reset_key(std::string_view workflow) {
  return "learned-since/" + std::string(workflow);
}

int64_t reset_of(journal::Store& store, std::string_view workflow) {
  return store.value(reset_key(workflow)).view()["reset_ns"_k].as_i64();
}

struct School {
  LearnedRuns runs;
  travel::Lessons lessons;
  int64_t reset_ns = 0;
  uint64_t unread = 0;
};

// What is kept of forgotten runs, and what the journals of the others tell.
Result<void> gather(Kernel& kernel, journal::Store& store, std::string_view workflow,
                    School& school) {
  school.reset_ns = reset_of(store, workflow);
  auto done = each_kept(store, std::string(learned_prefix).append(workflow) + '/',
                        [&](std::string_view, Value value) {
                          const bool is_of_it = value["workflow"_k].as_text() == workflow;
                          if (is_of_it) school.lessons.add(base::pack(value));
                        });
  if (!done) return done;
  auto runs = kernel.list({.workflow = workflow, .max = base::limits::learned_runs});
  if (!runs) return runs.error();
  const Value summaries = runs->view();
  for (const Value summary : summaries) {
    auto learned = school.runs.of(summary);
    if (!learned) ++school.unread;
    if (learned) school.lessons.add(std::move(*learned));
  }
  school.lessons.drop_until(school.reset_ns);
  return {};
}

// A proposal as it was kept when it was accepted.
Proposal told(Value kept) {
  Proposal made;
  made.id = kept["id"_k].as_text();
  made.kind = kept["kind"_k].as_text();
  made.at = kept["at"_k].as_text();
  made.condition = kept["condition"_k].as_text();
  made.becomes = kept["becomes"_k].as_text();
  made.reason = kept["reason"_k].as_text();
  made.patch = Document::copy(kept["patch"_k]);
  made.records = kept["records"_k].as_u64();
  made.other_way = kept["other_way"_k].as_u64();
  made.by = kept["by"_k].as_text();
  made.accepted_ns = kept["accepted_ns"_k].as_i64();
  return made;
}

base::Doc kept_form(const Proposal& proposal, const plan::Plan& plan) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("id"_k, std::string_view(proposal.id));
  b.set("workflow"_k, std::string_view(plan.id));
  b.set("definition"_k, std::string_view(base::to_hex(plan.hash)));
  b.set("kind"_k, std::string_view(proposal.kind));
  b.set("at"_k, std::string_view(proposal.at));
  b.set("condition"_k, std::string_view(proposal.condition));
  b.set("becomes"_k, std::string_view(proposal.becomes));
  b.set("reason"_k, std::string_view(proposal.reason));
  b.set("patch"_k, proposal.patch.view());
  b.set("records"_k, proposal.records);
  b.set("other_way"_k, proposal.other_way);
  b.set("by"_k, std::string_view(proposal.by));
  b.set("accepted_ns"_k, proposal.accepted_ns);
  b.end_object();
  return base::pack(b.take_value());
}

Error unknown(std::string_view id, const char* what) {
  return {Status::not_found, "learned.unknown", "no proposal '" + std::string(id) + "' " + what,
          "'weft learned FILE --propose' lists them"};
}

Value at(Value definition, std::string_view pointer) {
  auto segments = base::split_pointer(pointer);
  for (size_t i = 0; segments && i < segments->size(); ++i) {
    definition = base::child(definition, (*segments)[i]);
  }
  return segments ? definition : Value();
}

Result<void> commit_one(journal::Store& store, const weft_sop& op) {
  const weft_sop* ops[] = {&op};
  return store.commit(ops, 1);
}

// Why a proposal may not be accepted as it was asked; nothing when it may.
std::optional<Error> refusal(const Proposal& proposal, const Acceptance& how) {
  const std::string named = "the proposal '" + proposal.id + "' ";
  if (!proposal.by.empty()) {
    return Error{Status::conflict, "learned.accepted", named + "was accepted by " + proposal.by,
                 "take it back: weft learned FILE --withdraw " + proposal.id};
  }
  if (!proposal.objection.empty()) {
    return Error{Status::conflict, "learned.contradicted",
                 named + "is contradicted by what was recorded: " + proposal.objection,
                 "leave the condition as it is, or forget the records: weft learned FILE --reset"};
  }
  if (proposal.other_way == how.other_way) return {};
  return Error{Status::conflict, "learned.other_way",
               named + "changes outcomes: of " + std::to_string(proposal.records) +
                   " recorded decisions " + std::to_string(proposal.other_way) +
                   " would have gone the other way",
               "if that is wanted: weft learned FILE --accept " + proposal.id + " --other-way " +
                   std::to_string(proposal.other_way)};
}

}  // namespace

std::string learned_key(Value summary) {
  return std::string(learned_prefix)
      .append(summary["workflow"_k].as_text())
      .append("/")
      .append(summary["id"_k].as_text());
}

weft_sop putting(const Kept& kept) {
  weft_sop op{};
  op.size = sizeof op;
  op.kind = WEFT_SOP_KV_PUT;
  op.key = to_str(kept.key);
  op.bytes = to_str(kept.value.bytes());
  return op;
}

Result<std::shared_ptr<const plan::Plan>> LearnedRuns::plan_of(Value named) {
  std::string key(named["definition"_k].as_text());
  key += base::to_hex(base::digest(named["pins"_k]));
  const auto known = plans_.find(key);
  if (known != plans_.end()) return known->second;
  auto plan = rooms_->plan_stored(named);
  if (plan) plans_.emplace(std::move(key), *plan);
  return plan;
}

// Most definitions teach nothing, and of their runs only the summary is read.
Result<base::Doc> LearnedRuns::of(Value summary) {
  if (!has_ended(summary)) return base::Doc();
  const std::string_view definition = summary["definition"_k].as_text();
  auto learns = learns_.find(definition);
  if (learns == learns_.end()) {
    auto plan = rooms_->plan_stored(summary);
    if (!plan) return plan.error();
    learns = learns_.emplace(definition, travel::learns(**plan)).first;
  }
  if (!learns->second) return base::Doc();
  auto history = travel::load_history(*rooms_->store, summary["id"_k].as_text());
  if (!history) return history.error();
  if (history->records.empty()) return base::Doc();
  auto plan = plan_of(history->acceptance.view());
  if (!plan) return plan.error();
  history->plan_of = [this](Value named) { return plan_of(named); };
  return travel::learn({&*history, *plan}, canons_);
}

Result<Learned> Learning::statistics(std::string_view workflow) {
  School school{LearnedRuns(*kernel_->rooms_), {}, 0, 0};
  auto done = gather(*kernel_, *kernel_->rooms_->store, workflow, school);
  if (!done) return done.error();
  Learned learned = school.lessons.statistics(workflow, school.reset_ns);
  learned.unread = school.unread;
  return learned;
}

// A run that ends meanwhile, in whatever process, counts when it ended later.
Result<void> Learning::reset(std::string_view workflow) {
  journal::Store& store = *kernel_->rooms_->store;
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("reset_ns"_k, kernel_->rooms_->engine->now());
  b.end_object();
  const Kept since{reset_key(workflow), base::pack(b.take_value())};
  std::vector<std::string> keys;
  auto done = each_kept(store, std::string(learned_prefix).append(workflow) + '/',
                        [&](std::string_view key, Value value) {
                          if (value["workflow"_k].as_text() == workflow) keys.emplace_back(key);
                        });
  if (!done) return done;
  std::vector<weft_sop> ops{putting(since)};
  for (const std::string& key : keys) {
    weft_sop& op = ops.emplace_back();
    op.size = sizeof op;
    op.kind = WEFT_SOP_KV_DELETE;
    op.key = to_str(key);
  }
  std::vector<const weft_sop*> pointers;
  pointers.reserve(ops.size());
  for (const weft_sop& op : ops) pointers.push_back(&op);
  return store.commit(pointers.data(), static_cast<uint32_t>(pointers.size()));
}

Result<std::vector<Proposal>> Learning::proposals(const Workflow& workflow) {
  const plan::Plan& plan = Kernel::Rooms::body_of(workflow).plan();
  journal::Store& store = *kernel_->rooms_->store;
  const std::string basis = travel::basis_of(plan.definition);
  auto accepted = accepted_of(store, basis);
  if (!accepted) return accepted.error();
  School school{LearnedRuns(*kernel_->rooms_), {}, 0, 0};
  auto done = gather(*kernel_, store, plan.id, school);
  if (!done) return done.error();
  std::vector<Proposal> all;
  for (const base::Doc& one : *accepted) all.push_back(told(one.view()));
  for (const travel::Asked& asked : school.lessons.conditions()) {
    const Value condition = at(plan.definition, asked.at);
    if (asked.basis != basis || !condition.exists()) continue;
    for (Proposal& made : travel::propose(asked, condition)) {
      const bool is_known = std::any_of(all.begin(), all.end(),
                                        [&](const Proposal& one) { return one.id == made.id; });
      if (!is_known) all.push_back(std::move(made));
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Proposal& a, const Proposal& b) { return a.at < b.at; });
  return all;
}

// The definition with all that was accepted is checked before it is kept.
Result<Proposal> Learning::accept(const Workflow& workflow, std::string_view id,
                                  const Acceptance& how) {
  Kernel::Rooms& rooms = *kernel_->rooms_;
  const plan::Plan& plan = Kernel::Rooms::body_of(workflow).plan();
  if (how.by.empty()) {
    return Error{Status::bad_input, "learned.nobody",
                 "a person accepts a proposal, and none is named", "say who: --by NAME"};
  }
  auto all = proposals(workflow);
  if (!all) return all.error();
  const auto found =
      std::find_if(all->begin(), all->end(), [&](const Proposal& one) { return one.id == id; });
  if (found == all->end()) return unknown(id, "is there now");
  Proposal& proposal = *found;
  if (auto refused = refusal(proposal, how)) return std::move(*refused);
  proposal.by = how.by;
  proposal.accepted_ns = rooms.engine->now();
  const std::string basis = travel::basis_of(plan.definition);
  const Kept kept{accepted_key(basis, id), kept_form(proposal, plan)};
  auto accepted = accepted_of(*rooms.store, basis);
  if (!accepted) return accepted.error();
  std::vector<Value> patches;
  patches.reserve(accepted->size() + 1);
  for (const base::Doc& one : *accepted) patches.push_back(one.view());
  patches.push_back(kept.value.view());
  auto definition = with_accepted(plan.definition, patches);
  if (!definition) {
    return Error{Status::conflict, "learned.overlaps",
                 "another proposal that was accepted has changed this condition",
                 "take that one back first: weft learned FILE --withdraw ID"};
  }
  const plan::Built built =
      plan::build(plan::Source(std::move(*definition), plan.file), rooms.catalog);
  if (built.plan == nullptr) return built.problems.front();
  weft_sop op = putting(kept);
  op.last = 1;  // two people may accept at once
  auto done = commit_one(*rooms.store, op);
  if (!done) return done.error();
  return std::move(proposal);
}

Result<void> Learning::withdraw(const Workflow& workflow, std::string_view id) {
  journal::Store& store = *kernel_->rooms_->store;
  const plan::Plan& plan = Kernel::Rooms::body_of(workflow).plan();
  const std::string key = accepted_key(travel::basis_of(plan.definition), id);
  if (auto kept = store.get(key); !kept) {
    return kept.error().status == Status::not_found ? unknown(id, "was accepted") : kept.error();
  }
  weft_sop op{};
  op.size = sizeof op;
  op.kind = WEFT_SOP_KV_DELETE;
  op.key = to_str(key);
  return commit_one(store, op);
}

bool Learning::adapts(const Workflow& workflow) { return Kernel::Rooms::body_of(workflow).adapts; }

Result<Workflow> Learning::adapted(const Workflow& workflow) {
  auto made = adapt(*kernel_->rooms_, Kernel::Rooms::body_of(workflow));
  if (!made) return made.error();
  if (made->proposals.empty()) return workflow;
  return Kernel::Rooms::workflow_of(std::move(made->bindings));
}

}  // namespace weft
