// SPDX-License-Identifier: MIT
//
// The inventory in memory against its peers: each round all of them do the same
// job, one after the other, and the ratios are of rounds and not of runs, so
// that a machine whose speed drifts does not decide them.
//
//   inventory_bench [--rounds N] [--json FILE]
//
// What made the everyday transaction no faster: -O3; fewer instructions alone
// (a tenth less); keeping freed memory from the system between rounds. What
// did: one look-up of a booking, fetching a seat's lines ahead, half-empty hash
// tables, and never reading a struct wider than it was just written.
//
// Prints a table for people; the same figures as JSON for machines. Exit status
// 1 if an end state differs from that of the inventory.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "job.h"
#include "peers/hash_map_inventory.h"
#include "seatfield/inventory.h"
#include "seatfield/memory_storage.h"

namespace seatfield::bench {
namespace {

constexpr EventId kEvent{1};
constexpr std::size_t kRequests = 16'000;

using Requests = std::vector<std::vector<Request>>;

// --- The two sides ----------------------------------------------------------

struct Ours {
  Ours() : storage(std::make_unique<MemoryStorage>()) {
    std::vector<SectionSpec> specs;
    for (std::uint32_t i = 0; i < kHouse.sections; ++i) {
      specs.push_back({"S-" + std::to_string(i), kHouse.config});
    }
    storage->CreateSections(kEvent, specs, kNow).IgnoreError();
    for (const SectionSpec& spec : specs) {
      sections.push_back(storage->Resolve(kEvent, spec.name).value());
    }
  }

  JobResult Work(const std::vector<Request>& requests) {
    JobResult result;
    Transaction tx;
    Outcome outcome;
    std::array<Seat, kGroupMax> seats;
    const auto commit = [&] {
      storage->Commit(tx, kNow, {}, outcome).IgnoreError();
      ++result.operations;
      result.refused += !outcome.committed();
      return outcome.committed();
    };
    for (const Request& request : requests) {
      for (std::uint32_t i = 0; i < request.size; ++i) {
        seats[i] = kHouse.config.SeatAt(request.first + i);
      }
      tx.Clear(kEvent);
      tx.Reserve({.booking = request.booking,
                  .buyer = request.buyer,
                  .section = sections[request.section],
                  .seats = std::span<const Seat>(seats.data(), request.size),
                  .hold_for = kHoldFor,
                  .price = kPrice});
      if (!commit()) continue;
      tx.Clear(kEvent);
      if (request.finalize) {
        tx.Finalize({.booking = request.booking});
      } else {
        tx.Release({.booking = request.booking});
      }
      commit();
    }
    return result;
  }

  std::unique_ptr<MemoryStorage> storage;
  std::vector<SectionHandle> sections;
};

struct HashMap {
  HashMap() : inventory(kHouse.sections, kHouse.config) {}

  JobResult Work(const std::vector<Request>& requests) {
    JobResult result;
    std::array<SeatIndex, kGroupMax> seats;
    for (const Request& request : requests) {
      for (std::uint32_t i = 0; i < request.size; ++i) {
        seats[i] = request.first + i;
      }
      ++result.operations;
      if (!inventory.Reserve(request.booking, request.buyer, request.section,
                             {seats.data(), request.size}, kPrice, kNow,
                             kHoldFor)) {
        ++result.refused;
        continue;
      }
      ++result.operations;
      result.refused +=
          !(request.finalize ? inventory.Finalize(request.booking, kNow)
                             : inventory.Release(request.booking, kNow));
    }
    return result;
  }

  HashMapInventory inventory;
};

// Whether both ended with the same seats sold to the same bookings. With more
// than one thread who wins a seat is chance, so only sums can be compared.
bool SameEnd(Ours& ours, const HashMap& peer) {
  SectionView view;
  for (std::uint32_t s = 0; s < kHouse.sections; ++s) {
    if (!ours.storage
             ->ReadSection(kEvent, ours.sections[s], {.details = true}, view)
             .ok() ||
        view.stats.counts != peer.inventory.Counts(s)) {
      return false;
    }
    for (const SeatRecord& seat : view.details) {
      const SeatIndex index = kHouse.config.IndexOf(seat.seat);
      if (peer.inventory.StateOf(s, index) != seat.state ||
          peer.inventory.OwnerOf(s, index) != seat.meta->booking) {
        return false;
      }
    }
  }
  return true;
}

// --- Rounds -----------------------------------------------------------------

struct Figures {
  int threads = 1;
  std::vector<double> ours_ns;  // an operation, of the whole house
  std::vector<double> peer_ns;
  std::vector<double> ratios;  // of one round: how many times faster we are
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

bool RunRound(int threads, std::uint64_t seed, Figures& figures) {
  Requests requests;
  for (int t = 0; t < threads; ++t) {
    requests.push_back(
        DrawRequests(kHouse, 0, kHouse.sections,
                     kRequests / static_cast<std::size_t>(threads),
                     seed * 16 + static_cast<std::uint64_t>(t)));
  }
  Ours ours;
  HashMap peer;
  const JobResult a =
      RunJob(requests, [&](const auto& r) { return ours.Work(r); });
  const JobResult b =
      RunJob(requests, [&](const auto& r) { return peer.Work(r); });
  figures.ours_ns.push_back(a.nanoseconds_each());
  figures.peer_ns.push_back(b.nanoseconds_each());
  figures.ratios.push_back(b.nanoseconds_each() / a.nanoseconds_each());
  const bool sound = ours.storage->Verify(kEvent).ok();
  return sound && (threads > 1 || SameEnd(ours, peer));
}

boost::json::object ToJson(const Figures& figures) {
  return {{"threads", figures.threads},
          {"rounds", figures.ratios.size()},
          {"inventory_ns", Median(figures.ours_ns)},
          {"hash_map_ns", Median(figures.peer_ns)},
          {"ratio", Median(figures.ratios)},
          {"ratio_min",
           *std::min_element(figures.ratios.begin(), figures.ratios.end())},
          {"ratio_max",
           *std::max_element(figures.ratios.begin(), figures.ratios.end())}};
}

void Print(const Figures& figures) {
  const auto [low, high] =
      std::minmax_element(figures.ratios.begin(), figures.ratios.end());
  std::printf("%7d  %12.1f  %12.1f  %6.2fx  (%.2f to %.2f)\n", figures.threads,
              Median(figures.ours_ns), Median(figures.peer_ns),
              Median(figures.ratios), *low, *high);
}

int Run(int rounds, const std::string& json_file) {
  std::printf(
      "reserve, then finalize 80 %% or release 20 %%; %llu seats in %u "
      "sections;\nmedian of %d rounds, nanoseconds an operation\n\n"
      "threads     inventory      hash_map   ratio\n",
      static_cast<unsigned long long>(kHouse.seat_count()), kHouse.sections,
      rounds);
  boost::json::array results;
  for (const int threads : {1, 2}) {
    Figures figures{.threads = threads};
    for (int round = 0; round < rounds; ++round) {
      if (!RunRound(threads, static_cast<std::uint64_t>(round), figures)) {
        std::fprintf(stderr, "round %d: the end states differ\n", round);
        return 1;
      }
    }
    Print(figures);
    results.push_back(ToJson(figures));
  }
  if (json_file.empty()) return 0;
  std::ofstream out(json_file);
  out << boost::json::serialize(boost::json::object{{"job", results}}) << '\n';
  if (out.good()) return 0;
  std::fprintf(stderr, "cannot write %s\n", json_file.c_str());
  return 3;
}

}  // namespace
}  // namespace seatfield::bench

int main(int argc, char** argv) {
  CLI::App app("Compares the inventory in memory with its peers.");
  int rounds = 31;
  std::string json_file;
  app.add_option("--rounds", rounds, "rounds of each comparison")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--json", json_file, "also write the figures to this file");
  CLI11_PARSE(app, argc, argv);
  return seatfield::bench::Run(rounds, json_file);
}
