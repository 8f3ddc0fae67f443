#include "case.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace weft::golden {
namespace {

constexpr std::array<std::string_view, 15> known{
    "workflow.json", "workflow.yaml", "workflow.yml", "workflow.line", "workflow.legacy",
    "input.json",    "grants.json",   "options.json", "output.json",   "error.txt",
    "plan.txt",      "events.txt",    "steps.txt",    "files",         "README.md"};

bool is_updating() {
  const char* said = std::getenv("WEFT_UPDATE");
  return said != nullptr && std::string_view(said) == "1";
}

// The first line that is not the same, which is what people look for.
std::string difference(const std::string& expected, const std::string& said) {
  std::istringstream a(expected), b(said);
  std::string left, right;
  for (int line = 1;; ++line) {
    const bool has_left = static_cast<bool>(std::getline(a, left));
    const bool has_right = static_cast<bool>(std::getline(b, right));
    if (!has_left && !has_right) return "only the ends of lines differ";
    if (has_left && has_right && left == right) continue;
    return "line " + std::to_string(line) + "\n  expected: " + (has_left ? left : "(the end)") +
           "\n  said:     " + (has_right ? right : "(the end)");
  }
}

}  // namespace

Case::Case(std::filesystem::path folder) : folder_(std::move(folder)) {
  if (!std::filesystem::is_directory(folder_)) {
    throw std::runtime_error("there is no folder " + folder_.string());
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw std::runtime_error("a case has no file '" + name + "'");
    }
    if (!name.starts_with("workflow.")) continue;
    if (!workflow_.empty()) throw std::runtime_error("there are two definitions");
    workflow_ = name;
  }
  if (workflow_.empty()) throw std::runtime_error("workflow.json or workflow.yaml is missing");
  if (has("output.json") && has("error.txt")) {
    throw std::runtime_error("output.json and error.txt exclude each other");
  }
  if (!has("output.json") && !has("error.txt") && !is_updating()) {
    throw std::runtime_error("output.json or error.txt is missing");
  }
}

bool Case::has(std::string_view file) const { return std::filesystem::exists(folder_ / file); }

std::string Case::text(std::string_view file) const {
  std::ifstream in(folder_ / file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + std::string(file));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Value Case::value(std::string_view file) {
  if (!has(file)) return {};
  // Parsed once: what was given out before is still looked at.
  const auto known = values_.find(std::string(file));
  if (known != values_.end()) return known->second.view();
  auto parsed = Document::parse_json(text(file));
  if (!parsed) throw std::runtime_error(std::string(file) + ": " + parsed.error().message);
  return values_.emplace(std::string(file), std::move(*parsed)).first->second.view();
}

// JSON is compared as a value, so that people may lay it out as they like.
bool Case::is_same(std::string_view file, const std::string& said) const {
  const std::string expected = text(file);
  if (!file.ends_with(".json")) return expected == said;
  const auto a = Document::parse_json(expected), b = Document::parse_json(said);
  return a && b && a->to_json() == b->to_json();
}

void Case::write(std::string_view file, const std::string& said) const {
  std::ofstream out(folder_ / file, std::ios::binary);
  out << said;
  if (!out) throw std::runtime_error("cannot write " + std::string(file));
}

std::vector<std::string> Case::compare(const Said& said) const {
  std::vector<std::string> complaints;
  const bool is_new = !has("output.json") && !has("error.txt");
  for (const std::string_view file : {"output.json", "error.txt"}) {
    const auto found = said.find(file);
    if (found == said.end() && has(file)) {
      complaints.push_back(std::string(file) + " is expected, but there is none");
    } else if (found != said.end() && is_new) {
      write(file, found->second);
    } else if (found != said.end() && !has(file)) {
      complaints.push_back(std::string(file) + " is not expected:\n" + found->second);
    }
  }
  for (const auto& file : known) {
    const bool is_input = file.starts_with("workflow") || file == "files" || file == "input.json" ||
                          file == "grants.json" || file == "options.json" || file == "README.md";
    if (is_input || !has(file)) continue;
    const auto found = said.find(file);
    if (found == said.end()) {
      if (file.ends_with(".txt") && file != "error.txt") {
        complaints.push_back(std::string(file) + " is expected, but nothing was run");
      }
    } else if (is_same(file, found->second)) {
      continue;
    } else if (is_updating()) {
      write(file, found->second);
    } else {
      complaints.push_back(std::string(file) + " differs in " +
                           difference(text(file), found->second));
    }
  }
  return complaints;
}

}  // namespace weft::golden
