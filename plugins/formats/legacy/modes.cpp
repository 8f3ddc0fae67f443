// Modes: what each kind of flagged chain becomes.
#include <charconv>

#include "flagged.hpp"

namespace weft::legacy {
namespace {

using TreeKind = Tree::Kind;

Tree block(std::string id, std::string_view type, Span place) {
  Tree step = Tree::of_kind(TreeKind::object, place);
  step.set("id", Tree::of(std::move(id), place));
  step.set("type", Tree::of(std::string(type), place));
  return step;
}

Tree list_of(Tree step) {
  Tree list = Tree::of_kind(TreeKind::list, step.place);
  list.items.push_back(std::move(step));
  return list;
}

}  // namespace

bool Flagged::sequential(Span mode) {
  const Flag* commands = take_filled("commands", "sequential", mode.at);
  if (commands == nullptr) return false;
  Chain chain(commands->value);
  if (!maker_.sequence(commands->value, chain)) return false;
  maker_.found(Kind::shape, mode, "the mode 'sequential'", "a chain", 100);
  reading_.definition = maker_.chain(std::move(chain));
  return true;
}

bool Flagged::parallel(Span mode) {
  const Flag* workflows = take_filled("workflows", "parallel", mode.at);
  if (workflows == nullptr) return false;
  std::vector<Tree> branches;
  for (Span entry : entries(workflows->value)) {
    const std::string label = maker_.take_label(entry, true);
    Tree branch;
    if (!maker_.step_or_block(entry, label, branch)) return false;
    branches.push_back(std::move(branch));
  }
  if (branches.empty()) return false;
  maker_.found(Kind::shape, mode, "the mode 'parallel'",
               "a chain that begins with steps beside each other", 100);
  if (const Flag* said = take("coordination"); said != nullptr && said->value.is_empty()) {
    maker_.found(Kind::shape, said->place, "the flag '--coordination'",
                 "the chain, which begins and waits for what stands beside each other", 90);
  } else if (said != nullptr) {
    maker_.found(Kind::lost, said->place, "a way of coordination",
                 "nothing; what is beside each other does not know of each other", 100);
  }
  Chain chain(workflows->value);
  chain.add(std::move(branches));
  for (const std::string_view joins : {"consolidation", "integration"}) {
    if (!follow(joins, chain)) return false;
    const Flag* said = take(joins);
    if (said == nullptr || !said->value.is_empty()) continue;
    maker_.found(Kind::assumed, said->place, "the flag '--" + std::string(joins) + "' alone",
                 "the end of the chain, when all before it have ended", 70);
  }
  reading_.definition = maker_.chain(std::move(chain));
  return true;
}

// 'condition:action'.
bool Flagged::route(Span entry, const Subject& subject, std::vector<Tree>& sides, Tree& otherwise) {
  Parts& parts = maker_.parts();
  uint32_t colon = entry.end;
  const auto is_colon = [&](uint32_t at) { return parts.view({at, at + 1}) == ":" ? 1U : 0U; };
  if (!parts.find(entry, is_colon, colon) || colon == entry.end) {
    return maker_.refuse(entry.at, "a route is a condition, a colon and an action",
                         "--routing=\"bug: /fix, default: /review\"");
  }
  const Span words = parts.trim({entry.at, colon});
  Condition condition = condition_of(parts.plain(words), subject);
  if (words.is_empty()) return maker_.refuse(entry.at, "a condition is missing here");
  Tree step;
  if (!maker_.step_or_block({colon + 1, entry.end}, {}, step)) return false;
  maker_.found(condition.kind, words, "a condition", condition.becomes, condition.confidence);
  if (condition.is_otherwise && !otherwise.items.empty()) {
    return maker_.refuse(entry.at, "what runs when no condition holds is said twice");
  }
  if (condition.is_otherwise) {
    otherwise = list_of(std::move(step));
    return true;
  }
  Tree side = Tree::of_kind(TreeKind::object, entry);
  side.note = parts.view(entry);
  side.set("if", Tree::of(std::move(condition.expression), words));
  side.set("then", list_of(std::move(step)));
  sides.push_back(std::move(side));
  return true;
}

bool Flagged::conditional(Span mode) {
  const Flag* routing = take_filled("routing", "conditional", mode.at);
  if (routing == nullptr) return false;
  const Flag* start = take("start");
  const bool has_start = start != nullptr && !start->value.is_empty();
  Chain chain(maker_.parts().whole());
  Tree first;
  if (has_start && !maker_.step_or_block(start->value, "start", first)) return false;
  Tree choice = block("routing", "flow", routing->value);
  std::vector<Tree> sides;
  Tree otherwise = Tree::of_kind(TreeKind::list, routing->value);
  const Subject subject = has_start ? Subject{"start", "start"} : Subject{};
  for (const Span entry : entries(routing->value)) {
    if (!route(entry, subject, sides, otherwise)) return false;
  }
  if (sides.empty()) {
    return reading_.fault.code.empty()
               ? maker_.refuse(routing->value.at, "no route has a condition")
               : false;
  }
  bool asks_success = false;
  for (const Tree& side : sides) {
    asks_success = asks_success || side.find("if")->text.find("start.success") != std::string::npos;
  }
  const bool ends_there = take("completion") == nullptr || take("completion")->value.is_empty();
  Tree conditions = flow(routing->value, std::move(sides), std::move(otherwise));
  maker_.found(Kind::shape, mode, "the mode 'conditional'", "a flow", 100);
  if (!has_start && ends_there) {
    reading_.definition = maker_.definition("flow");
    reading_.definition.set("conditions", std::move(conditions));
    return true;
  }
  if (asks_success) first.set("on_error", Tree::of("continue", start->value));
  if (has_start) chain.add(std::move(first));
  choice.set("conditions", std::move(conditions));
  chain.add(std::move(choice));
  if (!follow("completion", chain)) return false;
  reading_.definition = maker_.chain(std::move(chain));
  return true;
}

// When the loop ends: all criteria together. False when nothing ends it.
bool Flagged::ending(const Flag& criteria, Tree& loop) {
  std::string until;
  for (const Span entry : entries(criteria.value)) {
    if (entry.is_empty()) return maker_.refuse(entry.at, "a criterion is missing here");
    const Condition one = condition_of(maker_.parts().plain(entry), {"loop.result", {}});
    const bool is_lost = one.kind == Kind::lost || one.is_otherwise;
    maker_.found(is_lost ? Kind::lost : one.kind, entry, "a criterion",
                 is_lost ? "nothing can judge it, so the loop does not ask for it" : one.becomes,
                 is_lost ? 100 : one.confidence);
    if (is_lost) continue;
    until += until.empty() ? "(" : " and (";
    until += one.expression + ")";
  }
  if (!until.empty()) loop.set("until", Tree::of(std::move(until), criteria.value));
  return reading_.fault.code.empty();
}

bool Flagged::iterative(Span mode) {
  const Flag* command = take_filled("command", "iterative", mode.at);
  if (command == nullptr) return false;
  const Flag* criteria = take("criteria");
  const Flag* most = take("max_iterations");
  Tree loop = maker_.definition("loop"), step;
  if (!maker_.step_or_block(command->value, {}, step)) return false;
  loop.set("body", list_of(std::move(step)));
  if (criteria != nullptr && !ending(*criteria, loop)) return false;
  const bool has_until = loop.find("until") != nullptr;
  maker_.found(Kind::shape, mode, "the mode 'iterative'",
               has_until ? "a loop until all criteria hold" : "a loop of a number of times", 100);
  if (most == nullptr && !has_until) {
    return maker_.refuse(mode.at, "nothing ends this loop",
                         "say --criteria, such as \"score >= 8\", or --max_iterations");
  }
  if (most != nullptr) {
    const std::string_view digits = maker_.parts().view(most->value);
    uint32_t number = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (fault != std::errc() || end != digits.data() + digits.size() || number == 0) {
      return maker_.refuse(most->place.at, "'--max_iterations' is a whole number from 1",
                           "such as --max_iterations=3");
    }
    Tree count = Tree::of_kind(TreeKind::number, most->value, number);
    if (has_until) {
      loop.set("max_iterations", std::move(count));
    } else {
      Tree iterator = Tree::of_kind(TreeKind::object, most->value);
      iterator.set("count", std::move(count));
      loop.set("iterator", std::move(iterator));
    }
  }
  reading_.definition = std::move(loop);
  return true;
}

bool Flagged::side(std::string_view flag, const std::string& expression, std::vector<Tree>& sides) {
  const Flag* said = take(flag);
  if (said == nullptr || said->value.is_empty()) return true;
  Tree step;
  if (!maker_.step_or_block(said->value, flag, step)) return false;
  Tree side = Tree::of_kind(TreeKind::object, said->value);
  side.set("if", Tree::of(expression, said->value));
  side.set("then", list_of(std::move(step)));
  sides.push_back(std::move(side));
  return true;
}

bool Flagged::adaptive(Span mode) {
  const Flag* analysis = take_filled("analysis", "adaptive", mode.at);
  if (analysis == nullptr) return false;
  Chain chain(maker_.parts().whole());
  if (!follow("analysis", chain)) return false;
  std::vector<Tree> sides;
  if (!side("simple_path", names("analysis", "simple"), sides)) return false;
  if (!side("medium_path", names("analysis", "medium"), sides)) return false;
  const size_t others = sides.size();
  if (!side("complex_path", names("analysis", "complex"), sides)) return false;
  if (sides.empty()) {
    return maker_.refuse(mode.at, "an 'adaptive' chain needs a path",
                         "--simple_path, --medium_path or --complex_path");
  }
  Tree otherwise = Tree::of_kind(TreeKind::list, analysis->value);
  if (others > 0 && sides.size() > others) {
    otherwise = *sides.back().find("then");
    sides.pop_back();
  }
  maker_.found(Kind::assumed, mode, "the mode 'adaptive'",
               "a flow on the word 'simple' or 'medium' in the result of the analysis; any other "
               "result is complex",
               60);
  Tree choice = block("paths", "flow", maker_.parts().whole());
  choice.set("conditions", flow(analysis->value, std::move(sides), std::move(otherwise)));
  chain.add(std::move(choice));
  reading_.definition = maker_.chain(std::move(chain));
  return true;
}

void Flagged::strategy(Tree& primary) {
  const Flag* said = take("recovery_strategy");
  if (said == nullptr) return;
  const std::string words = maker_.parts().plain(said->value);
  if (words == "fallback" || words == "failover" || words == "alternative" || words.empty()) {
    maker_.found(Kind::shape, said->place, "the recovery strategy", "the fallbacks, in their order",
                 words.empty() ? 80 : 100);
  } else if (words == "retry" && primary.find("type") == nullptr) {
    primary.set("retry", Tree::of_kind(TreeKind::number, said->value, 1));
    maker_.found(Kind::assumed, said->place, "the recovery strategy 'retry'",
                 "one more attempt before the fallbacks", 60);
  } else {
    maker_.found(Kind::lost, said->place, "the recovery strategy '" + words + "'",
                 "nothing; the fallbacks are taken in their order", 100);
  }
}

// Runs when the one before it failed, whose own failure is then only recorded.
bool Flagged::fall_back(Span entry, bool is_last, Chain& chain) {
  const std::string label = maker_.take_label(entry, true);
  Tree step;
  if (!maker_.step_or_block(entry, label, step)) return false;
  step.set("run_if", Tree::of("failure", entry));
  if (!is_last) step.set("on_error", Tree::of("continue", entry));
  chain.add(std::move(step));
  return true;
}

bool Flagged::resilient(Span mode) {
  const Flag* main = take_filled("primary_workflow", "resilient", mode.at);
  if (main == nullptr) return false;
  const Flag* others = take_filled("fallback_workflows", "resilient", mode.at);
  if (others == nullptr) return false;
  Tree primary;
  if (!maker_.step_or_block(main->value, "primary", primary)) return false;
  strategy(primary);
  Chain chain(maker_.parts().whole());
  primary.set("on_error", Tree::of("continue", main->value));
  chain.add(std::move(primary));
  const std::vector<Span> all = entries(others->value);
  for (size_t i = 0; i < all.size(); ++i) {
    if (!fall_back(all[i], i + 1 == all.size(), chain)) return false;
  }
  if (all.empty()) return false;
  maker_.found(Kind::shape, mode, "the mode 'resilient'",
               "steps of which a later one runs only when the one before failed; the run then ends "
               "as completed in part",
               90);
  // In a chain they would run only when the chain itself has failed.
  reading_.definition = maker_.definition("dag");
  reading_.definition.set("steps", chain.take());
  return true;
}

// What a run goes on from is no part of a definition.
bool Flagged::recovery(Span mode) {
  const Flag* step = take_filled("failed_step", "recovery", mode.at);
  if (step == nullptr) return false;
  const std::string name = maker_.parts().plain(step->value);
  const Flag* commands = take("commands");
  if (commands == nullptr || commands->value.is_empty()) {
    maker_.found(Kind::refused, step->place, "where a run goes on",
                 "'weft resume RUN --resume-from " + name + "'; it is about a run, no definition",
                 100);
    return true;
  }
  Chain chain(commands->value);
  if (!maker_.sequence(commands->value, chain)) return false;
  maker_.found(Kind::shape, step->place, "where a run goes on",
               "'weft run FILE --from STEP', with the id of '" + name + "'", 70);
  reading_.definition = maker_.chain(std::move(chain));
  return true;
}

bool Flagged::unknown(Span mode) {
  const std::string name(maker_.parts().view(mode));
  maker_.found(Kind::refused, mode, "the mode '" + name + "'",
               "nothing; what it does is not said by its text", 100);
  return true;
}

}  // namespace weft::legacy
