// What durability costs, against bare commits on the same disk in the same minute.
#include <sqlite3.h>

#include <cstring>

#include "bench.hpp"
#include "world.hpp"

namespace bench {
namespace {

using namespace weft;

// One row a transaction, WAL, full synchronisation: the least that any durable step can cost.
class BareCommits final {
 public:
  BareCommits() : path_(scratch_file("bare.db")) {
    if (sqlite3_open(path_.c_str(), &db_) != SQLITE_OK) stop("cannot open a database to compare");
    sqlite3_exec(db_,
                 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                 "PRAGMA wal_autocheckpoint=0; CREATE TABLE log(lsn INTEGER PRIMARY KEY, "
                 "bytes BLOB)",
                 nullptr, nullptr, nullptr);
    sqlite3_prepare_v2(db_, "INSERT INTO log(bytes) VALUES(?)", -1, &insert_, nullptr);
  }
  ~BareCommits() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
    remove_store(path_);
  }
  double one_ns() {
    const auto start = Clock::now();
    sqlite3_bind_blob(insert_, 1, bytes_.data(), static_cast<int>(bytes_.size()), SQLITE_STATIC);
    if (sqlite3_step(insert_) != SQLITE_DONE) stop("a bare commit failed");
    sqlite3_reset(insert_);
    return ns_since(start);
  }

 private:
  std::string path_;
  std::string bytes_ = std::string(200, 'x');
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

std::vector<Figure> step_ratio() {
  const std::string path = scratch_file("steps.db");
  World world("sqlite:" + path);
  constexpr int n = 50;
  const auto bindings = world.load(sequence_of(n, "once"));
  BareCommits bare;
  std::vector<double> ratios, steps;
  // Side by side, because the disk of a shared machine changes its mind by the second.
  for (int round = 0; round < 40; ++round) {
    std::vector<double> commits;
    for (int i = 0; i < n; ++i) commits.push_back(bare.one_ns());
    const auto start = Clock::now();
    const auto ticket = world.submit(bindings);
    world.wait(*ticket);
    steps.push_back(ns_since(start) / n);
    double sum = 0;
    for (const double c : commits) sum += c;
    ratios.push_back(steps.back() / (sum / n));
  }
  const double ratio = median(ratios);
  remove_store(path);
  return {{"durable.step_ratio", ratio, "x", 1, "a bare commit", 1.3}};
}

double steps_per_s(World& world, const std::shared_ptr<const engine::Bindings>& bindings,
                   uint32_t runs, uint32_t steps) {
  std::vector<std::shared_ptr<engine::Ticket>> tickets;
  const auto start = Clock::now();
  for (uint32_t i = 0; i < runs; ++i) tickets.push_back(world.submit(bindings));
  for (const auto& ticket : tickets) world.wait(*ticket);
  return runs * steps / (ns_since(start) / 1e9);
}

std::vector<Figure> throughput(uint32_t runs, const char* name, double floor, double share) {
  const std::string path = scratch_file("many.db");
  World world("sqlite:" + path);
  constexpr uint32_t n = 100;
  const auto bindings = world.load(sequence_of(n, "once"));
  BareCommits bare;
  std::vector<double> rates, commits;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 100; ++i) commits.push_back(bare.one_ns());
    rates.push_back(steps_per_s(world, bindings, runs, n));
  }
  const double bare_per_s = 1e9 / median(commits);
  const double bar = std::min(floor, share * runs * bare_per_s);
  remove_store(path);
  return {{name, median(rates), "steps/s", bare_per_s, "bare commits per second", bar, false}};
}

std::vector<Figure> fifty() { return throughput(50, "durable.steps_per_s", 150'000, 0.5); }

std::vector<Figure> thousand() {
  return throughput(1000, "durable.steps_1000_per_s", 500'000, 0.3);
}

std::vector<Figure> empty_run() {
  const std::string path = scratch_file("empty.db");
  World world("sqlite:" + path);
  const auto bindings = world.load(sequence_of(1, "noop"));
  BareCommits bare;
  std::vector<double> runs, commits;
  for (int i = 0; i < 200; ++i) {
    commits.push_back(bare.one_ns());
    const auto start = Clock::now();
    const auto ticket = world.submit(bindings);
    world.wait(*ticket);
    runs.push_back(ns_since(start));
  }
  const double commit = median(commits) / 1e6;
  remove_store(path);
  return {
      {"durable.empty_run_ms", median(runs) / 1e6, "ms", commit, "a bare commit", 1.5 * commit}};
}

constexpr Case cases[] = {{"durable.step_ratio", step_ratio},
                          {"durable.steps_per_s", fifty},
                          {"durable.steps_1000_per_s", thousand},
                          {"durable.empty_run_ms", empty_run}};

}  // namespace

std::span<const Case> durable_cases() { return cases; }

}  // namespace bench
