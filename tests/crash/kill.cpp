// Processes that are killed at random moments, and what an outside witness has seen of their run.
//
// crash_kill forks a process that drives a run of twenty steps on an SQLite file and kills it;
// another goes on with the run, until it has ended or waits. Every call writes a line to a ledger
// beside the store. 'crash_kill WEFT' does the same with the program weft instead of a host of its
// own. WEFT_KILLS sets how many kills there are, WEFT_KILL_SEED where they begin.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <weft/kernel.hpp>

using namespace weft::lit;

namespace {

namespace fs = std::filesystem;
constexpr int steps = 20;

// Those of the program weft, as far as they matter.
enum Exit : int { ended = 0, waits = 11, refused = 1, absent = 99 };

std::string step_name(int number) {
  std::string name("s");
  name += std::to_string(number);
  return name;
}

std::string definition(const fs::path& ledger) {
  std::string text = R"({"id":"twenty","steps":[)";
  for (int i = 0; i < steps; ++i) {
    const std::string step = step_name(i);
    text += i > 0 ? "," : "";
    text += R"({"id":")" + step + R"(","tool":")" + (i % 2 == 0 ? "ledger_once" : "ledger_keyed") +
            R"(","parameters":{"file":")" + ledger.string() + R"(","step":")" + step + R"("}})";
  }
  return text + "]}";
}

int fail(const weft::Error& error, int code) {
  std::fprintf(stderr, "%s: %s\n", error.code.c_str(), error.message.c_str());
  return code;
}

int exit_of(const weft::Result<weft::Outcome>& outcome) {
  if (!outcome) return fail(outcome.error(), refused);
  if (outcome->state == weft::RunState::waiting) return waits;
  return outcome->state == weft::RunState::completed ? ended : refused;
}

weft::Result<std::unique_ptr<weft::Kernel>> open(const fs::path& folder) {
  weft::KernelOptions options;
  options.plugin_paths = {WEFT_PLUGIN_DIR, WEFT_CRASH_PLUGINS};
  options.store = "sqlite:" + (folder / "store.db").string();
  return weft::Kernel::create(std::move(options));
}

// How the run of the store stands.
int look(const fs::path& folder) {
  auto kernel = open(folder);
  if (!kernel) return fail(kernel.error(), refused);
  const auto run = (*kernel)->find_run("last");
  if (!run) return absent;
  auto shown = (*kernel)->show(*run);
  if (!shown) return fail(shown.error(), refused);
  return shown->state == weft::RunState::completed ? ended : waits;
}

// What the process that may be killed does: begins the run, or goes on with that of the store.
int drive(const fs::path& folder, bool begins, weft::Unknown unknown) {
  auto kernel = open(folder);
  if (!kernel) return fail(kernel.error(), refused);
  if (!begins) {
    const auto run = (*kernel)->find_run("last");
    return run ? exit_of((*kernel)->resume(*run, unknown, {})) : fail(run.error(), refused);
  }
  weft::Loaded loaded = (*kernel)->load(definition(folder / "ledger"), "twenty.json");
  if (loaded.workflow.empty()) return fail(loaded.problems.front(), refused);
  return exit_of((*kernel)->run(loaded.workflow.front(), {}));
}

// The same with the program weft, which this process becomes.
int become(const std::string& weft, const fs::path& folder, bool begins, weft::Unknown unknown) {
  const fs::path file = folder / "twenty.json";
  if (begins) std::ofstream(file) << definition(folder / "ledger");
  std::vector<std::string> words{weft, begins ? "run" : "resume", begins ? file.string() : "last"};
  if (unknown == weft::Unknown::again) words.insert(words.end(), {"--unknown", "again"});
  words.insert(words.end(), {"--plugins", WEFT_PLUGIN_DIR, "--plugins", WEFT_CRASH_PLUGINS,
                             "--store", "sqlite:" + (folder / "store.db").string()});
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  const std::string output = (folder / "output").string();
  if (std::freopen(output.c_str(), "a", stdout) == nullptr) return refused;
  if (std::freopen(output.c_str(), "a", stderr) == nullptr) return refused;
  ::execv(weft.c_str(), all.data());
  return refused;
}

struct Line {
  int calls = 0, latest = 0;  // latest: number of the line of its latest call
  std::string key;
};
using Ledger = std::map<std::string, Line>;

bool read(const fs::path& file, Ledger& ledger) {
  std::ifstream in(file);
  std::string step, attempt, key;
  for (int number = 1; in >> step >> attempt >> key; ++number) {
    Line& line = ledger[step];
    line.latest = number;
    if (line.calls++ > 0 && line.key != key) return false;
    line.key = key;
  }
  return true;
}

// Where the run is, and the program that drives it; empty for the one that is built in.
struct Host {
  fs::path folder;
  std::string weft;
};

struct Counts {
  int kills = 0, runs = 0, doubts = 0, lost = 0, repeated = 0, keys = 0, stuck = 0;
};

// When a process is killed: so long after it began, or after its first call was written down.
struct Blow {
  bool falls = false, awaits_call = false;
  std::chrono::microseconds delay{0};
};

pid_t fork_off(const std::function<int()>& what) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(what());
  return child;
}

// The exit code of a process that was forked, or -1 when it was killed.
int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

// Kills a process as told, unless it ends before; its exit code, or -1 when it was killed.
int await(pid_t child, const Blow& blow, const fs::path& ledger) {
  std::error_code none;
  const auto size = [&] {
    const auto bytes = fs::file_size(ledger, none);
    return none ? 0 : bytes;
  };
  int status = 0;
  const auto before = size();
  while (blow.awaits_call && size() == before) {
    if (::waitpid(child, &status, WNOHANG) == child) return code_of(status);
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  if (blow.falls) {
    std::this_thread::sleep_for(blow.delay);
    ::kill(child, SIGKILL);
  }
  ::waitpid(child, &status, 0);
  return code_of(status);
}

// One life of a process that drives the run.
int live(const Host& host, weft::Unknown unknown, const Blow& blow) {
  const int found = await(fork_off([&] { return look(host.folder); }), {}, {});
  if (found == ended || found == refused) return found;
  const bool begins = found == absent;
  const pid_t child = fork_off([&] {
    return host.weft.empty() ? drive(host.folder, begins, unknown)
                             : become(host.weft, host.folder, begins, unknown);
  });
  return await(child, blow, host.folder / "ledger");
}

// One run from its start to its end, killed again and again.
void play(const Host& host, std::mt19937_64& random, int kills, Counts& counts) {
  const fs::path& folder = host.folder;
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::map<std::string, int> decided;  // by a person, to be called once more
  weft::Unknown unknown = weft::Unknown::keep_waiting;
  int code = -1;
  for (int life = 0; code != ended && life < 200; ++life) {
    const bool is_killed = counts.kills < kills && unknown == weft::Unknown::keep_waiting;
    Ledger before;
    counts.keys += read(folder / "ledger", before) ? 0 : 1;
    Blow blow{is_killed, is_killed && random() % 2 == 0, {}};
    blow.delay = std::chrono::microseconds(random() % (blow.awaits_call ? 3'000 : 30'000));
    code = live(host, unknown, blow);
    if (code == -1) ++counts.kills;
    if (code != -1 && code != ended && code != waits) break;
    if (unknown == weft::Unknown::again) {
      // Only the step in doubt may have one call more: the latest one, if it was called at all.
      Ledger after;
      counts.keys += read(folder / "ledger", after) ? 0 : 1;
      const auto latest = std::max_element(
          before.begin(), before.end(),
          [](const auto& a, const auto& b) { return a.second.latest < b.second.latest; });
      if (latest != before.end() && after[latest->first].calls > latest->second.calls) {
        ++decided[latest->first];
      }
    }
    unknown = code == waits ? weft::Unknown::again : weft::Unknown::keep_waiting;
    counts.doubts += code == waits ? 1 : 0;
  }
  counts.stuck += code == ended ? 0 : 1;
  ++counts.runs;
  Ledger ledger;
  counts.keys += read(folder / "ledger", ledger) ? 0 : 1;
  for (int i = 0; i < steps; ++i) {
    const std::string step = step_name(i);
    const int calls = ledger[step].calls;
    if (calls == 0) ++counts.lost;
    if (i % 2 == 0 && calls - decided[step] > 1) ++counts.repeated;
  }
}

uint64_t number(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  const auto kills = static_cast<int>(number("WEFT_KILLS", 100));
  std::mt19937_64 random(number("WEFT_KILL_SEED", 1));
  const fs::path folder = fs::temp_directory_path() / ("weft-kill-" + std::to_string(::getpid()));
  const Host host{folder, argc > 1 ? argv[1] : ""};
  Counts counts;
  while (counts.kills < kills && counts.stuck == 0) play(host, random, kills, counts);
  std::printf(
      "%d runs, %d kills, %d doubts: %d effects lost, %d repeated, %d keys changed, "
      "%d runs stuck\n",
      counts.runs, counts.kills, counts.doubts, counts.lost, counts.repeated, counts.keys,
      counts.stuck);
  const bool good =
      counts.lost == 0 && counts.repeated == 0 && counts.keys == 0 && counts.stuck == 0;
  if (good) fs::remove_all(folder);
  return good && counts.kills >= kills ? 0 : 1;
}
