// Reader: from a line to the tree of a definition, or to what is wrong with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scanner.hpp"

namespace weft::line {

inline constexpr uint32_t depth_max = 32, items_max = 100'000;
inline constexpr int64_t timeout_s = 300;  // of each step

// '/name "content" --flag=value'.
class Reader final {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool read(Tree& definition);
  const Fault& fault() const { return fault_; }

 private:
  struct Flag {
    std::string name, value;
    Span place;
  };
  // What is to be read up to where, and what comes before it.
  struct Inside {
    std::string_view signs;
    std::vector<std::string_view> words;
    uint32_t depth = 0;
  };

  bool split();
  bool read_content(uint32_t& at);
  bool read_flags(uint32_t at);
  bool flag(const Flag& flag, Tree& definition, Tree& options);
  bool make(Tree& definition);
  void alone(Tree& list);
  bool contents(Scanner& scanner, bool is_flow, Tree& list);
  bool set_flags(bool is_auto, bool is_flow, Tree& definition);
  Tree named(std::string text) const;
  bool chain(Scanner& scanner, const Inside& inside, Tree& steps);
  bool item(Scanner& scanner, const Inside& inside, std::vector<Tree>& made);
  bool group(Scanner& scanner, const Inside& inside, std::vector<Tree>& made);
  bool action(Scanner& scanner, const Inside& inside, Tree& step);
  bool flow(Scanner& scanner, const Inside& inside, Tree& conditions);
  bool branch(Scanner& scanner, const Inside& inside, Tree& steps);
  bool in_brackets(Scanner& scanner, const Inside& inside, Tree& steps);
  bool side(Scanner& scanner, const Inside& inside, Tree& to);
  void name(Tree& step, const std::string& label);
  bool refuse(uint32_t at, std::string message, std::string hint = {});

  std::string_view text_;
  std::string name_;  // of the command
  uint32_t name_at_ = 0, content_at_ = 0;
  bool has_content_ = false;
  Content content_;
  std::vector<Flag> flags_;
  std::string default_command_ = "task";
  uint32_t made_ = 0;  // steps
  Fault fault_;
};

}  // namespace weft::line
