#include "flagged.hpp"

#include <algorithm>

namespace weft::legacy {

const Flagged::Mode Flagged::modes[] = {
    {"sequential", &Flagged::sequential},   {"parallel", &Flagged::parallel},
    {"conditional", &Flagged::conditional}, {"iterative", &Flagged::iterative},
    {"adaptive", &Flagged::adaptive},       {"resilient", &Flagged::resilient},
    {"recovery", &Flagged::recovery},       {"custom", &Flagged::unknown},
    {"optimize", &Flagged::unknown},
};

bool is_mode(std::string_view word) {
  return std::any_of(std::begin(Flagged::modes), std::end(Flagged::modes),
                     [&](const Flagged::Mode& mode) { return mode.name == word; });
}

bool Flagged::read(Span mode, Span flags) {
  const std::string_view name = maker_.parts().view(mode);
  reading_.mode = name;
  if (!read_flags(flags)) return false;
  for (const Mode& one : modes) {
    if (one.name == name && !(this->*one.make)(mode)) return false;
  }
  for (const Flag& flag : flags_) {
    if (flag.is_used || !reading_.is_converted()) continue;
    maker_.found(Kind::lost, flag.place, "the flag '--" + flag.name + "'",
                 "nothing; a '" + reading_.mode + "' chain has no such flag", 100);
  }
  return true;
}

bool Flagged::read_flags(Span flags) {
  Parts& parts = maker_.parts();
  for (flags = parts.trim(flags); !flags.is_empty(); flags = parts.trim(flags)) {
    const std::string_view rest = parts.view(flags);
    if (!rest.starts_with("--")) {
      return maker_.refuse(flags.at, "behind the mode stand flags only",
                           "such as --commands=\"a, b\"");
    }
    Flag flag;
    size_t end = 2;
    while (end < rest.size() && is_name_char(rest[end])) ++end;
    flag.name = rest.substr(2, end - 2);
    std::replace(flag.name.begin(), flag.name.end(), '-', '_');
    if (flag.name.empty()) return maker_.refuse(flags.at, "a flag has a name");
    uint32_t at = flags.at + static_cast<uint32_t>(end);
    flag.place = {flags.at, at};
    if (!read_value({at, flags.end}, at, flag)) return false;
    if (take(flag.name) != nullptr) {
      return maker_.refuse(flags.at, "'--" + flag.name + "' is given twice");
    }
    flag.is_used = false;
    flags_.push_back(std::move(flag));
    flags.at = std::max(at, flags.at + 1);
  }
  for (Flag& flag : flags_) flag.is_used = false;
  return true;
}

// '="text"', '=text', or words up to the next flag.
bool Flagged::read_value(Span flags, uint32_t& at, Flag& flag) {
  Parts& parts = maker_.parts();
  const std::string_view rest = parts.view(flags);
  const bool has_equals = rest.starts_with('=');
  const uint32_t first = flags.at + (has_equals ? 1U : 0U);
  const auto ends = [&](uint32_t here) -> uint32_t {
    if (!is_blank(rest[here - flags.at])) return 0;
    const size_t next = rest.find_first_not_of(" \t\r\n", here - flags.at);
    return has_equals || next == rest.npos || rest.substr(next).starts_with("--") ? 1 : 0;
  };
  if (!parts.find({first, flags.end}, ends, at)) {
    reading_.fault = parts.fault;
    return false;
  }
  flag.value = parts.trim({first, at});
  const std::string_view value = parts.view(flag.value);
  if (!has_equals && !value.empty()) {
    maker_.found(Kind::assumed, flag.value, "words behind '--" + flag.name + "'", "its value", 80);
  }
  Span inner;
  if (parts.is_in_quotes(flag.value, inner)) flag.value = inner;
  return true;
}

Flagged::Flag* Flagged::take(std::string_view name) {
  for (Flag& flag : flags_) {
    if (flag.name != name) continue;
    flag.is_used = true;
    return &flag;
  }
  return nullptr;
}

Flagged::Flag* Flagged::take_filled(std::string_view name, std::string_view mode, uint32_t at) {
  Flag* flag = take(name);
  if (flag != nullptr && !flag->value.is_empty()) return flag;
  const std::string written = "--" + std::string(name) + "=\"…\"";
  maker_.refuse(flag != nullptr ? flag->place.at : at,
                "a '" + std::string(mode) + "' chain needs '" + written + "'",
                "say it, or take the text apart by hand");
  return nullptr;
}

bool Flagged::follow(std::string_view flag, Chain& chain) {
  const Flag* said = take(flag);
  if (said == nullptr || said->value.is_empty()) return true;
  Tree step;
  if (!maker_.step_or_block(said->value, flag, step)) return false;
  maker_.found(Kind::shape, said->place, "the flag '--" + std::string(flag) + "'",
               "a step behind all before it", 100);
  chain.add(std::move(step));
  return true;
}

// What commas part; a fault leaves it empty.
std::vector<Span> Flagged::entries(Span value) {
  std::vector<Span> found;
  if (!maker_.parts().split(value, ',', found)) {
    reading_.fault = maker_.parts().fault;
    return {};
  }
  return found;
}

// One entry of a flow: the first side, the others, and what is done when none is taken.
Tree Flagged::flow(Span place, std::vector<Tree> sides, Tree otherwise) const {
  Tree entry = std::move(sides.front());
  sides.erase(sides.begin());
  if (!sides.empty()) {
    Tree others = Tree::of_kind(Tree::Kind::list, place);
    others.items = std::move(sides);
    entry.set("elif", std::move(others));
  }
  if (!otherwise.items.empty()) entry.set("else", std::move(otherwise));
  Tree conditions = Tree::of_kind(Tree::Kind::list, place);
  conditions.items.push_back(std::move(entry));
  return conditions;
}

}  // namespace weft::legacy
