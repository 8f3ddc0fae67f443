// Life: a run in a folder of its own, life by life, and the ledger of what it has done.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "host.hpp"
#include "witness.hpp"

namespace crash {

using weft::Unknown;

class Life final {
 public:
  Life() : folder_(new_folder()), witness_(folder_) {}
  ~Life() { std::filesystem::remove_all(folder_); }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  // A call of the ledger under the name of a step, whose first attempts fail.
  std::string call(const std::string& step, const std::string& tool, int fails = 0) const {
    return R"("tool":"ledger_)" + tool + R"(","parameters":{"ledger":")" + witness_.address() +
           R"(","step":")" + step + R"(","fails":)" + std::to_string(fails) + "}";
  }
  std::string step(const std::string& id, const std::string& tool, const std::string& rest = "",
                   int fails = 0) const {
    return R"({"id":")" + id + R"(",)" + call(id, tool, fails) + rest + "}";
  }
  void define(const std::string& steps, const std::string& rest = "") {
    run_ = {folder_, "flow", R"({"id":"flow")" + rest + R"(,"steps":[)" + steps + "]}"};
  }
  Exit live(const Blow& blow = {}, Unknown unknown = Unknown::keep_waiting) {
    return witness_.watch({[this, unknown] { return drive(run_, unknown); }}, blow)[0];
  }
  // Killed when the call of that number was written down and not answered. False if it was not.
  bool dies_in_call(uint32_t call, Unknown unknown = Unknown::keep_waiting) {
    return !live({.when = Blow::When::in_call, .call = call}, unknown);
  }
  void ask_for_doubts() {
    witness_.watch({[this] { return tell_doubts(run_, witness_.address()); }}, {});
  }
  const Entry& of(const std::string& step) { return witness_.ledger[step]; }
  const std::vector<std::string>& order() const { return witness_.order; }

 private:
  static std::string new_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weft-contract-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no room for " + name);
    return name;
  }

  std::string folder_;
  Witness witness_;
  Run run_;
};

}  // namespace crash
