// Flagged: a chain of the kind 'mode --flag="…" --flag'.
#pragma once

#include <string_view>
#include <vector>

#include "condition.hpp"
#include "maker.hpp"

namespace weft::legacy {

// Whether the word begins a chain of this kind.
bool is_mode(std::string_view word);

class Flagged final {
 public:
  Flagged(Maker& maker, Reading& reading) : maker_(maker), reading_(reading) {}

  // What stands behind the mode. The definition stays empty where nothing can be made of it.
  bool read(Span mode, Span flags);

 private:
  struct Flag {
    std::string name;  // with '_' for '-'
    Span place, value;
    bool is_used = false;
  };
  using Make = bool (Flagged::*)(Span mode);
  struct Mode {
    std::string_view name;
    Make make;
  };
  static const Mode modes[];
  friend bool is_mode(std::string_view word);

  bool read_flags(Span flags);
  bool read_value(Span flags, uint32_t& at, Flag& flag);
  Flag* take(std::string_view name);
  Flag* take_filled(std::string_view name, std::string_view mode, uint32_t at);
  // A step behind what is there already, where the flag says one.
  bool follow(std::string_view flag, Chain& chain);
  std::vector<Span> entries(Span value);

  bool sequential(Span mode);
  bool parallel(Span mode);
  bool conditional(Span mode);
  bool iterative(Span mode);
  bool adaptive(Span mode);
  bool resilient(Span mode);
  bool recovery(Span mode);
  bool unknown(Span mode);

  bool route(Span entry, const Subject& subject, std::vector<Tree>& sides, Tree& otherwise);
  bool side(std::string_view flag, const std::string& expression, std::vector<Tree>& sides);
  Tree flow(Span place, std::vector<Tree> sides, Tree otherwise) const;
  bool ending(const Flag& criteria, Tree& loop);
  bool fall_back(Span entry, bool is_last, Chain& chain);
  void strategy(Tree& primary);

  Maker& maker_;
  Reading& reading_;
  std::vector<Flag> flags_;
};

}  // namespace weft::legacy
