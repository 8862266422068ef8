// SPDX-License-Identifier: MIT
//
// One system call after the other of a store's life fails, once or from then
// on: nothing that was acknowledged is lost, nothing is half done, and every
// failure is a status that says what failed.

#include <cerrno>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "mapped/sale_script.h"
#include "support/catch.h"
#include "support/simulated_system.h"

namespace seatfield::test {
namespace {

std::uint64_t CallsOfScript() {
  SimulatedSystem system;
  SaleScript script;
  script.Run(system);
  REQUIRE(script.complaint() == "");
  REQUIRE(script.failures().empty());
  REQUIRE(script.durable() > 10);
  return system.calls();
}

// A status of a failed call says which file, or that the store was closed or
// poisoned by what names one; that working memory could not grow; or that
// something is not there, since it could not be made.
bool IsClear(const absl::Status& status) {
  const std::string text(status.message());
  return text.find("store") != std::string::npos ||
         text.find("cannot ") != std::string::npos ||
         (absl::IsResourceExhausted(status) &&
          text.find("out of memory") != std::string::npos) ||
         absl::IsNotFound(status);
}

void TryFault(const Fault& fault, std::uint64_t n, bool power_cut) {
  SimulatedSystem system;
  system.Inject(fault);
  SaleScript script;
  script.Run(system);
  for (const absl::Status& status : script.failures()) {
    INFO(status.ToString());
    CHECK(IsClear(status));
  }
  if (power_cut) {
    system.Kill();
    system.PowerCut(n);
  } else {
    system.Kill();
  }
  script.Check(system);
  REQUIRE(script.complaint() == "");
}

void TryAll(Fault fault) {
  const std::uint64_t calls = CallsOfScript();
  for (const bool for_ever : {false, true}) {
    if (for_ever && fault.error == EINTR) continue;
    fault.for_ever = for_ever;
    for (std::uint64_t n = 1; n <= calls; ++n) {
      for (const bool power_cut : {false, true}) {
        INFO("call " << n << (for_ever ? " and all after it" : "")
                     << (power_cut ? ", power cut" : ", kill"));
        fault.at = n;
        TryFault(fault, n, power_cut);
      }
    }
  }
}

Fault Of(Fault::Effect effect, int error = EIO) {
  Fault fault;
  fault.effect = effect;
  fault.error = error;
  return fault;
}

TEST_CASE("Any call may fail with an input or output error", "[mapped]") {
  TryAll(Of(Fault::Effect::kError, EIO));
}

TEST_CASE("Any call may find the disk full", "[mapped]") {
  TryAll(Of(Fault::Effect::kError, ENOSPC));
}

TEST_CASE("Any call may be interrupted", "[mapped]") {
  TryAll(Of(Fault::Effect::kError, EINTR));
}

TEST_CASE("Any read or write may be short", "[mapped]") {
  TryAll(Of(Fault::Effect::kShort));
}

TEST_CASE("Any sync may fail and forget what it should have written",
          "[mapped]") {
  TryAll(Of(Fault::Effect::kForget));
}

// A device that lies keeps no promise; but what is found is a state that was,
// or is refused.
TEST_CASE("Syncs that lie cost what was not written, and no more", "[mapped]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    SimulatedSystem system({.seed = seed});
    Fault fault = Of(Fault::Effect::kLie);
    fault.at = 1 + seed % 40;
    fault.for_ever = seed % 2 == 0;
    system.Inject(fault);
    SaleScript script;
    script.Run(system);
    REQUIRE(script.complaint() == "");
    system.Kill();
    system.PowerCut(seed);
    script.ForgetAcknowledged();
    if (!OpenStore(system, TinyOptions()).ok()) continue;
    script.Check(system);
    REQUIRE(script.complaint() == "");
  }
}

}  // namespace
}  // namespace seatfield::test
