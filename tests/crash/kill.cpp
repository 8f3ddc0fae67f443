// Processes that are killed at random moments, and what an outside witness has seen of their runs.
//
// crash_kill drives short runs on SQLite files and kills the processes: at any time, while a call
// is under way, or behind it. A new process goes on, until the run has ended. 'crash_kill WEFT'
// does the same with the program weft. WEFT_KILLS sets how many kills there are, WEFT_KILL_SEED
// where they begin, WEFT_KILL_LANES how many processes do this side by side.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "host.hpp"
#include "witness.hpp"

namespace crash {
namespace {

namespace fs = std::filesystem;

struct Counts {
  uint64_t kills = 0, runs = 0, doubts = 0, lost = 0, repeated = 0, keys = 0, stuck = 0;
};

// A step as a definition writes it; 'rest' are further fields.
struct Text {
  std::string ledger;
  std::string prefix;  // of ids

  std::string step(const std::string& id, const std::string& tool, const std::string& rest = "",
                   int fails = 0) const {
    return R"({"id":")" + prefix + id + R"(","tool":"ledger_)" + tool +
           R"(","parameters":{"ledger":")" + ledger + R"(","step":")" + prefix + id +
           R"(","fails":)" + std::to_string(fails) + "}" + rest + "}";
  }
  std::string after(const std::string& ids) const { return R"(,"depends_on":[)" + ids + "]"; }
  std::string name(const std::string& id) const { return '"' + prefix + id + '"'; }
};

std::string row(const Text& t) {
  std::string steps;
  for (int i = 0; i < 6; ++i) {
    steps += (i > 0 ? "," : "") + t.step(std::to_string(i), i % 2 == 0 ? "once" : "keyed");
  }
  return R"({"id":")" + t.prefix + R"(row","steps":[)" + steps + "]}";
}

std::string fan(const Text& t) {
  const std::string top = t.after(t.name("top"));
  const std::string both = t.after(t.name("l") + "," + t.name("m") + "," + t.name("r"));
  return R"({"id":")" + t.prefix + R"(fan","type":"dag","steps":[)" + t.step("top", "once") + "," +
         t.step("l", "once", top) + "," + t.step("m", "keyed", top) + "," +
         t.step("r", "once", top) + "," + t.step("join", "once", both) + "]}";
}

std::string nest(const Text& t) {
  return R"({"id":")" + t.prefix + R"(nest","steps":[)" + t.step("a", "once") + R"(,{"id":")" +
         t.prefix + R"(b","type":"dag","steps":[)" + t.step("c", "keyed") + R"(,{"id":")" +
         t.prefix + R"(d","type":"sequential","steps":[)" + t.step("e", "once") + "," +
         t.step("f", "keyed") + "]}]}," + t.step("g", "once") + "]}";
}

std::string again(const Text& t) {
  const std::string retry = R"(,"retry":{"max_attempts":50,"initial":"1ms","cap":"3ms"})";
  return R"({"id":")" + t.prefix + R"(again","steps":[)" + t.step("a", "keyed", retry, 3) + "," +
         t.step("b", "once") + "," + t.step("c", "keyed", retry, 2) + "]}";
}

// Two runs that nobody waits for, one of them at the very end.
std::string leave(const Text& t) {
  const auto own = [&](const std::string& id) {
    return t.name(id) + R"(:{"steps":[)" + t.step(id + "1", "keyed") + "," +
           t.step(id + "2", "keyed") + "]}";
  };
  const auto start = [&](const std::string& id) {
    return R"({"id":)" + t.name("start" + id) + R"(,"workflow":)" + t.name(id) +
           R"(,"detached":true})";
  };
  return R"({"id":")" + t.prefix + R"(leave","workflows":{)" + own("u") + "," + own("v") +
         R"(},"steps":[)" + t.step("a", "once") + "," + start("u") + "," + t.step("b", "once") +
         "," + start("v") + "]}";
}

// What runs at once on one file.
std::vector<Run> scenario(uint64_t number, const std::string& folder, const std::string& ledger) {
  const Text one{ledger, "x"}, other{ledger, "y"};
  switch (number % 6) {
    case 0: return {{folder, "xrow", row(one)}};
    case 1: return {{folder, "xfan", fan(one)}};
    case 2: return {{folder, "xnest", nest(one)}};
    case 3: return {{folder, "xagain", again(one)}};
    case 4: return {{folder, "xleave", leave(one), 2}};
    default: return {{folder, "xrow", row(one)}, {folder, "yfan", fan(other)}};
  }
}

// The steps of a definition, and whether each may be called once only.
std::vector<std::pair<std::string, bool>> steps_of(const std::string& definition) {
  std::vector<std::pair<std::string, bool>> steps;
  constexpr std::string_view mark = R"("tool":"ledger_)", name = R"("step":")";
  for (size_t at = definition.find(mark); at != std::string::npos;
       at = definition.find(mark, at + 1)) {
    const size_t from = definition.find(name, at) + name.size();
    steps.emplace_back(definition.substr(from, definition.find('"', from) - from),
                       definition.compare(at + mark.size(), 4, "once") == 0);
  }
  return steps;
}

Blow draw_blow(std::mt19937_64& random) {
  Blow blow;
  switch (random() % 4) {
    case 0: blow.when = Blow::When::after_time; break;
    case 1: blow.when = Blow::When::in_call; break;
    default: blow.when = Blow::When::after_call; break;
  }
  blow.call = 1 + static_cast<uint32_t>(random() % 4);
  blow.micros = random() % (blow.when == Blow::When::after_time ? 25'000 : 1'500);
  return blow;
}

void judge(const std::vector<Run>& runs, const Ledger& ledger, Counts& counts) {
  std::vector<std::string> keys;
  for (const Run& run : runs) {
    for (const auto& [step, is_once] : steps_of(run.definition)) {
      const auto found = ledger.find(step);
      if (found == ledger.end() || found->second.calls == 0) {
        ++counts.lost;
        continue;
      }
      const Entry& entry = found->second;
      counts.doubts += entry.doubts;
      if (is_once && entry.calls > 1 + entry.doubts) ++counts.repeated;
      const bool is_one = std::all_of(entry.keys.begin(), entry.keys.end(),
                                      [&](const std::string& k) { return k == entry.keys[0]; });
      if (!is_one || entry.keys[0] == "-") ++counts.keys;
      keys.push_back(entry.keys[0]);
    }
  }
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) ++counts.keys;
}

// Some runs from their start to their end, killed again and again.
class Play final {
 public:
  Play(std::string folder, std::string weft, std::mt19937_64& random)
      : folder_(std::move(folder)), weft_(std::move(weft)), random_(random) {}

  void play(uint64_t number, uint64_t kills, Counts& counts) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    Witness witness(folder_);
    const std::vector<Run> runs = scenario(number, folder_, witness.address());
    std::vector<int> codes(runs.size(), -1);
    bool is_over = false;
    for (int life = 0; !is_over && life < 400; ++life) {
      std::vector<std::function<int()>> lives;
      std::vector<size_t> who;
      for (size_t i = 0; i < runs.size(); ++i) {
        if (is_done(runs[i], codes[i])) continue;
        const auto unknown = codes[i] == waits ? weft::Unknown::again : weft::Unknown::keep_waiting;
        lives.emplace_back([this, &run = runs[i], unknown] {
          return weft_.empty() ? drive(run, unknown) : become(weft_, run, unknown);
        });
        who.push_back(i);
      }
      const Blow blow = counts.kills < kills ? draw_blow(random_) : Blow{};
      const std::vector<Exit> exits = witness.watch(lives, blow);
      is_over = true;
      for (size_t n = 0; n < exits.size(); ++n) {
        codes[who[n]] = exits[n].value_or(-1);
        if (!exits[n]) ++counts.kills;
        if (exits[n] == waits) {
          witness.watch({[&] { return tell_doubts(runs[who[n]], witness.address()); }}, {});
        }
        const int code = codes[who[n]];
        is_over = is_over && is_done(runs[who[n]], code);
        const bool goes_on = !exits[n] || code == ended || code == settled || code == waits;
        if (!goes_on) life = 400;
      }
    }
    counts.stuck += is_over ? 0 : 1;
    counts.runs += runs.size();
    judge(runs, witness.ledger, counts);
  }

 private:
  bool is_done(const Run& run, int code) const {
    return code == settled || (code == ended && (weft_.empty() || run.starts == 0));
  }

  std::string folder_;
  std::string weft_;
  std::mt19937_64& random_;
};

uint64_t number(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// One of the processes that kill; it tells its counts through a pipe.
int lane(uint64_t which, uint64_t kills, const std::string& weft, int to) {
  std::mt19937_64 random(number("WEFT_KILL_SEED", 1) * 1000 + which);
  const fs::path folder = fs::temp_directory_path() / ("weft-kill-" + std::to_string(::getpid()));
  Counts counts;
  Play play(folder.string(), weft, random);
  for (uint64_t n = which; counts.kills < kills && counts.stuck == 0; ++n) {
    play.play(n, kills, counts);
  }
  const bool good =
      counts.lost == 0 && counts.repeated == 0 && counts.keys == 0 && counts.stuck == 0;
  if (good) fs::remove_all(folder);
  if (!good) std::fprintf(stderr, "what is left lies in %s\n", folder.c_str());
  return ::write(to, &counts, sizeof counts) == sizeof counts && good ? 0 : 1;
}

int play_all(const std::string& weft) {
  const uint64_t lanes = std::max<uint64_t>(1, number("WEFT_KILL_LANES", 2));
  const uint64_t kills = number("WEFT_KILLS", weft.empty() ? 1000 : 300);
  int ends[2];
  if (::pipe(ends) != 0) return 1;
  for (uint64_t i = 0; i < lanes; ++i) {
    const uint64_t share = kills / lanes + (i < kills % lanes ? 1 : 0);
    if (::fork() == 0) ::_exit(lane(i, share, weft, ends[1]));
  }
  ::close(ends[1]);
  Counts all;
  for (Counts c; ::read(ends[0], &c, sizeof c) == sizeof c;) {
    all.kills += c.kills;
    all.runs += c.runs;
    all.doubts += c.doubts;
    all.lost += c.lost;
    all.repeated += c.repeated;
    all.keys += c.keys;
    all.stuck += c.stuck;
  }
  bool good = all.kills >= kills;
  for (int status = 0; ::wait(&status) > 0;) good = good && status == 0;
  const auto n = [](uint64_t count) { return static_cast<unsigned long long>(count); };
  std::printf("%llu runs, %llu kills, %llu doubts, %llu keys changed, %llu runs stuck\n",
              n(all.runs), n(all.kills), n(all.doubts), n(all.keys), n(all.stuck));
  std::printf("crash.lost %llu\ncrash.repeated %llu\n", n(all.lost), n(all.repeated));
  return good ? 0 : 1;
}

}  // namespace
}  // namespace crash

int main(int argc, char** argv) { return crash::play_all(argc > 1 ? argv[1] : ""); }
