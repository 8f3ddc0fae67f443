// weft_bench [--out FILE] [NAME...]: runs the benchmarks, prints a table, writes it as JSON.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "bench.hpp"

namespace {

using bench::Case;
using bench::Figure;

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto& cases : {bench::abi_cases(), bench::definition_cases(), bench::run_cases(),
                            bench::overlap_cases(), bench::state_cases(), bench::durable_cases(),
                            bench::checkpoint_cases(), bench::recovery_cases(),
                            bench::parked_cases(), bench::host_cases(), bench::crash_cases()}) {
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return all;
}

void print(const Figure& f) {
  std::printf("%-26s %14.3f %-8s bar %s %12.3f   %-5s %8.2f x %s\n", f.name.c_str(), f.value,
              f.unit.c_str(), f.lower_is_better ? "<=" : ">=", f.bar, f.is_ok() ? "ok" : "MISS",
              f.ratio(), f.reference_name.c_str());
  std::fflush(stdout);
}

std::string json_of(const std::vector<Figure>& figures) {
  std::string out = "[\n";
  for (size_t i = 0; i < figures.size(); ++i) {
    const Figure& f = figures[i];
    char line[512];
    std::snprintf(line, sizeof line,
                  "  {\"name\": \"%s\", \"value\": %.6g, \"unit\": \"%s\", \"reference\": %.6g, "
                  "\"ratio\": %.6g, \"bar\": %.6g, \"ok\": %s}%s\n",
                  f.name.c_str(), f.value, f.unit.c_str(), f.reference, f.ratio(), f.bar,
                  f.is_ok() ? "true" : "false", i + 1 < figures.size() ? "," : "");
    out += line;
  }
  return out + "]\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "--idle") return bench::print_idle_memory();
  if (first == "--parked" && argc == 3) return bench::print_parked_memory(argv[2]);
  if (first == "--leave" && argc == 5) {
    bench::leave_runs(argv[2], static_cast<uint32_t>(std::stoul(argv[3])),
                      static_cast<uint32_t>(std::stoul(argv[4])));
  }
  std::string out;
  std::vector<std::string> names;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--out") == 0 && i + 1 < argc) {
      out = argv[++i];
    } else {
      names.emplace_back(argv[i]);
    }
  }
  std::vector<Figure> figures;
  size_t known = 0;
  for (const Case& c : all_cases()) {
    const bool is_named = std::find(names.begin(), names.end(), std::string(c.name)) != names.end();
    known += is_named ? 1 : 0;
    if (!names.empty() && !is_named) continue;
    for (const Figure& f : c.measure()) {
      print(f);
      figures.push_back(f);
    }
  }
  if (known != names.size()) {
    std::fprintf(stderr, "weft_bench: some of the names are no benchmark; known are:\n");
    for (const Case& c : all_cases()) {
      std::fprintf(stderr, "  %.*s\n", static_cast<int>(c.name.size()), c.name.data());
    }
    return 2;
  }
  if (!out.empty()) std::ofstream(out) << json_of(figures);
  // A budget that is broken twice over fails; noise on a busy machine does not.
  for (const Figure& f : figures) {
    const double worst = f.lower_is_better ? f.bar * 2 : f.bar / 2;
    if (f.lower_is_better ? f.value > worst : f.value < worst) return 1;
  }
  return 0;
}
