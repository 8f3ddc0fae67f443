#include "plan/forecast.hpp"

#include <cmath>
#include <string>

#include "catalog.hpp"
#include "catch.hpp"
#include "plan/build.hpp"
#include "plan/explain.hpp"

namespace weft::tests {
namespace {

// A chain of so many steps whose pattern says these edges; empty is none said.
struct Planned {
  Planned(int steps, const std::string& edges, const std::string& more = {}) {
    catalog.edges = edges;
    std::string text = R"({"id":"x","type":"chain","steps":[)";
    for (int i = 0; i < steps; ++i) {
      text +=
          std::string(i > 0 ? "," : "") + R"({"id":"s)" + std::to_string(i) + R"(","tool":"send"})";
    }
    base::Blocks blocks;
    const auto value = base::parse_json(text + more + "]}", blocks.arena());
    REQUIRE(value);
    built = plan::build(plan::Source(base::pack(*value)), catalog.get());
    REQUIRE(built.plan != nullptr);
  }
  plan::Forecast forecast(const std::vector<double>& costs, uint32_t cores = UINT32_MAX) const {
    return plan::forecast(*built.plan, {.of_step =
                                            [&](const plan::Node& node) {
                                              const auto n =
                                                  std::stoul(std::string(node.id.substr(1)));
                                              return costs.at(n);
                                            },
                                        .cores = cores});
  }

  FakeCatalog catalog;
  plan::Built built;
};

bool is_near(double a, double b) { return std::abs(a - b) < 1e-9; }

}  // namespace

TEST_CASE("n independent steps that count alike are predicted to save all but one nth",
          "[plan][forecast]") {
  for (int n = 1; n <= 32; ++n) {
    const plan::Forecast made =
        Planned(n, "[]").forecast(std::vector<double>(static_cast<size_t>(n), 1.0));
    INFO(n);
    CHECK(is_near(made.gain(), 1.0 - 1.0 / n));
    CHECK(is_near(made.opportunity(), 1.0 - 1.0 / n));
  }
}

TEST_CASE("steps without edges are taken one after another", "[plan][forecast]") {
  const plan::Forecast made = Planned(3, "").forecast({1, 2, 3});
  CHECK(is_near(made.work, 6));
  CHECK(is_near(made.elapsed, 6));
  CHECK(is_near(made.gain(), 0));
}

TEST_CASE("the longest way bounds a diamond, and so do the cores", "[plan][forecast]") {
  const Planned diamond(4, "[[0,1],[0,2],[1,3],[2,3]]");
  const plan::Forecast free = diamond.forecast({1, 5, 2, 1});
  CHECK(is_near(free.work, 9));
  CHECK(is_near(free.critical, 7));
  CHECK(is_near(free.elapsed, 7));
  CHECK(is_near(free.opportunity(), 1 - 7.0 / 9));
  CHECK(is_near(diamond.forecast({1, 5, 2, 1}, 1).elapsed, 9));
  CHECK(is_near(Planned(3, "[]").forecast({2, 2, 2}, 2).elapsed, 4));
}

TEST_CASE("a way that leads back is taken once, step after step", "[plan][forecast]") {
  const plan::Forecast made = Planned(3, "[[0,1],[1,2],[2,1]]").forecast({1, 1, 1});
  CHECK(is_near(made.elapsed, 3));
}

TEST_CASE("the mean counts what was measured last with a fifth", "[plan][forecast]") {
  double mean = plan::mean_with(0, 10, true);
  CHECK(is_near(mean, 10));
  mean = plan::mean_with(mean, 20, false);
  CHECK(is_near(mean, 12));
}

TEST_CASE("what was measured replaces that all steps count alike", "[plan][forecast]") {
  const Planned two(2, "[]");
  CHECK(plan::explain(*two.built.plan)
            .find("gain 0.50, parallel opportunity 0.50, all steps counting alike\n") !=
        std::string::npos);
  base::Blocks blocks;
  const auto measured = base::parse_json(R"({"s0":3,"s1":1})", blocks.arena());
  REQUIRE(measured);
  CHECK(plan::explain(*two.built.plan, *measured)
            .find("forecast 3.000 s, one after another 4.000 s, gain 0.25, parallel opportunity "
                  "0.25\n") != std::string::npos);
}

}  // namespace weft::tests
