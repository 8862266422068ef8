// SPDX-License-Identifier: MIT
//
// Sells a venue out to a crowd of simulated buyers, on real threads, and proves
// that no seat was sold twice.
//
//   on_sale --venue examples/venues/stadium_65000.json --threads 2 --seed 1
//
// Exit status: 0 all is well, 1 an invariant is broken or the storage failed,
// 2 the command line, 3 a file.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "buyer.h"
#include "common/files.h"
#include "common/format.h"
#include "common/panel.h"
#include "common/picture.h"
#include "common/terminal.h"
#include "earlier.h"
#include "house.h"
#include "ledger.h"
#include "progress.h"
#include "replay.h"
#include "report.h"
#include "sale.h"
#include "seatfield/best_available.h"
#include "spec.h"
#include "storage.h"

namespace examples::on_sale {
namespace {

using Order = seatfield::BestPolicy::Order;

constexpr int kOk = 0;
constexpr int kBroken = 1;
constexpr int kUsage = 2;
constexpr int kFile = 3;

struct Options {
  std::string venue;
  std::uint32_t buyers = 60'000;
  std::uint32_t threads = std::max(1u, std::thread::hardware_concurrency());
  std::uint64_t seed = 1;
  std::string policy = "first";
  std::string storage = "memory:";
  std::string hold_level;  // empty: the storage's own
  std::string sale_level;
  std::string ledger;
  bool resume = false;
  bool brief = false;
  std::string requests;
  std::string report;
  std::string svg;
  bool canary = false;
};

int Fail(int exit_status, const absl::Status& status) {
  std::cerr << "on_sale: " << std::string(status.message()) << '\n';
  return exit_status;
}

void AddDurabilityOptions(CLI::App& app, Options& options) {
  const auto add_level = [&app](const char* name, std::string& level,
                                const char* what) {
    app.add_option(name, level, what)
        ->check(CLI::IsMember({"none", "interval", "group"}).description(""))
        ->type_name("none|interval|group");
  };
  add_level("--hold-level", options.hold_level,
            "How durable holds are; else as the storage has it");
  add_level("--sale-level", options.sale_level,
            "How durable sales are; else as the storage has it");
  auto* const ledger =
      app.add_option("--ledger", options.ledger,
                     "Write each sale to this file once it is acknowledged")
          ->type_name("FILE");
  app.add_flag("--resume", options.resume,
               "Go on with a store and its ledger after the program was "
               "killed, if every sale in the ledger is in the store")
      ->needs(ledger);
}

void AddOptions(CLI::App& app, Options& options) {
  app.add_option("--venue", options.venue, "Venue, a JSON file")
      ->required()
      ->type_name("FILE");
  auto* const buyers =
      app.add_option("--buyers", options.buyers, "How many buyers come")
          ->check(CLI::Range(1u, 10'000'000u))
          ->type_name("N");
  auto* const threads =
      app.add_option("--threads", options.threads, "Threads of buyers")
          ->check(CLI::Range(1u, 256u))
          ->type_name("N");
  auto* const seed =
      app.add_option("--seed", options.seed, "Seed of all chance")
          ->type_name("N");
  auto* const policy =
      app.add_option("--policy", options.policy,
                     "How best seats are chosen: first fit, or best")
          ->check(CLI::IsMember({"first", "best"}))
          ->type_name("first|best");
  app.add_option("--storage", options.storage,
                 "Where the seats are kept, as in memory:?hold_max=1h")
      ->type_name("URI");
  AddDurabilityOptions(app, options);
  auto* const report =
      app.add_option("--report", options.report, "Write the report as JSON")
          ->type_name("FILE");
  app.add_option("--svg", options.svg, "Draw the house at the end")
      ->type_name("FILE");
  app.add_flag("--brief", options.brief, "Print the outcome alone");
  auto* const canary =
      app.add_flag("--canary", options.canary,
                   "Claim that one seat was sold twice, to see the proof fail");
  app.add_option("--requests", options.requests,
                 "Instead of an on-sale: commit these JSON lines, print the "
                 "outcomes")
      ->type_name("FILE")
      ->excludes(buyers, threads, seed, policy, report, canary);
}

std::vector<Panel> PanelsOf(const std::vector<seatfield::SectionView>& views) {
  std::vector<Panel> panels;
  panels.reserve(views.size());
  for (const auto& view : views) panels.push_back(PanelOf(view));
  return panels;
}

// The first section with an available or held seat, else the first.
std::string PictureOf(const std::vector<seatfield::SectionView>& views,
                      const Terminal& terminal) {
  constexpr std::size_t kRowsMax = 40;
  const auto is_interesting = [](const seatfield::SectionView& view) {
    return view.stats.counts.available + view.stats.counts.reserved > 0;
  };
  auto shown = std::find_if(views.begin(), views.end(), is_interesting);
  if (shown == views.end()) shown = views.begin();
  return "\n" + SectionPicture(PanelOf(*shown), terminal, kRowsMax) +
         PictureLegend(terminal);
}

// Before the work, so that it is not in vain.
absl::Status CheckOutputs(const Options& options) {
  for (const std::string* path : {&options.report, &options.svg}) {
    if (path->empty()) continue;
    absl::Status status = CheckWritable(*path);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The crowd must be able to hold seats as long as it means to.
absl::Status CheckLimits(House& house) {
  if (house.inventory().storage().info().limits.hold_max >= kHoldFor) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("storage: hold_max is less than the " +
                                    ClockText(kHoldFor) +
                                    " for which buyers hold seats");
}

SaleSpec SpecOf(const Options& options) {
  return {.buyers = options.buyers,
          .threads = options.threads,
          .seed = options.seed,
          .order = options.policy == "best" ? Order::kBest : Order::kFirstFit,
          .canary = options.canary,
          .holds = OptionsOf(options.hold_level),
          .sales = OptionsOf(options.sale_level)};
}

// How durable it is to be, where it is at all.
std::string LevelsText(House& house, const Options& options) {
  const auto info = house.inventory().storage().info();
  if (info.durability_max == seatfield::Durability::kMemory) return "";
  const std::string own(DurabilityName(info.durability_default));
  return "; durability of holds " +
         (options.hold_level.empty() ? own : options.hold_level) +
         ", of sales " +
         (options.sale_level.empty() ? own : options.sale_level);
}

void PrintHeading(House& house, const Options& options,
                  const Terminal& terminal) {
  std::cout << terminal.Styled(Counted(house.venue().seat_count, "seat") +
                                   ", " + Counted(options.buyers, "buyer") +
                                   ", " + Counted(options.threads, "thread") +
                                   ", seed " + std::to_string(options.seed),
                               Style::kBold)
            << LevelsText(house, options) << std::endl;
}

void PrintEarlier(const Earlier& earlier) {
  std::cout
      << "all " << Counted(earlier.acknowledged, "booking")
      << " that the ledger says were sold are in the store, each with its "
         "seats";
  if (earlier.unwritten > 0) {
    std::cout << "; " << Thousands(earlier.unwritten)
              << " more were sold as the program was killed";
  }
  std::cout << std::endl;
}

// Opens the ledger, and finds what earlier runs have left.
int Prepare(House& house, const Options& options, SaleSpec& spec,
            std::unique_ptr<Ledger>& ledger) {
  if (!options.ledger.empty()) {
    auto opened = Ledger::Open(options.ledger);
    if (!opened.ok()) return Fail(kFile, opened.status());
    ledger = *std::move(opened);
  }
  if (!options.resume) {
    const absl::Status status = CheckNothingEarlier(house, ledger.get());
    if (!status.ok()) return Fail(kFile, status);
  } else {
    auto earlier = FindEarlier(house, *ledger);
    if (absl::IsDataLoss(earlier.status())) {
      return Fail(kBroken, earlier.status());
    }
    if (!earlier.ok()) return Fail(kFile, earlier.status());
    spec.earlier = *std::move(earlier);
    PrintEarlier(spec.earlier);
  }
  spec.ledger = ledger.get();
  if (ledger == nullptr) return kOk;
  const absl::Status status = ledger->BeginRun(spec.earlier.runs);
  return status.ok() ? kOk : Fail(kFile, status);
}

int RunSale(House& house, const Options& options) {
  absl::Status status = CheckLimits(house);
  if (!status.ok()) return Fail(kUsage, status);
  const Terminal terminal = Terminal::Detect();
  PrintHeading(house, options, terminal);
  SaleSpec spec = SpecOf(options);
  std::unique_ptr<Ledger> ledger;
  const int prepared = Prepare(house, options, spec, ledger);
  if (prepared != kOk) return prepared;
  std::vector<seatfield::SectionView> views;
  Progress progress(options.brief && !terminal.is_terminal() ? nullptr
                                                             : &terminal);
  const auto report = Sell(house, spec, progress, views);
  if (!report.ok()) return Fail(kBroken, report.status());
  if (!options.brief) std::cout << PictureOf(views, terminal);
  std::cout << (options.brief ? BriefText(*report, terminal)
                              : ReportText(*report, terminal))
            << std::flush;
  if (!options.report.empty()) {
    status.Update(WriteFile(options.report, ReportJson(*report)));
  }
  if (!options.svg.empty()) {
    status.Update(WriteFile(options.svg, HouseSvg(PanelsOf(views))));
  }
  if (!report->audit.passed()) return kBroken;
  if (!status.ok()) return Fail(kFile, status);
  status = house.inventory().Close();
  return status.ok() ? kOk : Fail(kBroken, status);
}

int RunRequests(House& house, const Options& options) {
  const auto result = ReplayRequests(house, options.requests);
  if (!result.ok()) return Fail(kFile, result.status());
  std::cerr << Thousands(result->committed) << " committed, "
            << Thousands(result->replayed) << " replayed, "
            << Thousands(result->refused) << " refused\n";
  if (!result->verify.ok()) return Fail(kBroken, result->verify);
  if (options.svg.empty()) return kOk;
  std::vector<seatfield::SectionView> views;
  absl::Status status = house.ReadAll(views);
  if (!status.ok()) return Fail(kBroken, status);
  status = WriteFile(options.svg, HouseSvg(PanelsOf(views)));
  return status.ok() ? kOk : Fail(kFile, status);
}

int Run(const Options& options) {
  auto storage = OpenStorage(options.storage);
  if (!storage.ok()) {
    const bool is_text = absl::IsInvalidArgument(storage.status());
    return Fail(is_text ? kUsage : kFile, storage.status());
  }
  const auto house = House::Open(options.venue, *std::move(storage));
  if (!house.ok()) return Fail(kFile, house.status());
  absl::Status status = CheckOutputs(options);
  if (!status.ok()) return Fail(kFile, status);
  return options.requests.empty() ? RunSale(**house, options)
                                  : RunRequests(**house, options);
}

int ParseAndRun(int argc, char** argv) {
  CLI::App app("Sells a venue out and proves that no seat was sold twice.");
  Options options;
  AddOptions(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return Run(options);
}

}  // namespace
}  // namespace examples::on_sale

int main(int argc, char** argv) {
  try {
    return examples::on_sale::ParseAndRun(argc, argv);
  } catch (const std::exception& error) {  // no memory, no threads
    std::fprintf(stderr, "on_sale: %s\n", error.what());
    return examples::on_sale::kBroken;
  }
}
