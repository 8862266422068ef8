// SPDX-License-Identifier: MIT
//
// A process that sells seats from a mapped store dies at any system call, by a
// kill or a power cut, again and again: what was acknowledged is found, and
// nothing else.

#include <cstddef>
#include <cstdint>

#include "mapped/store_rig.h"
#include "support/catch.h"
#include "support/seed.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

TEST_CASE("A store is found as it was acknowledged after every crash",
          "[mapped]") {
  SEATFIELD_INFO_SEED();
  Rng seeds;
  std::uint64_t states = 0;
  while (states < Volume(20'000)) {
    const std::uint64_t seed = seeds.Next();
    INFO("rig seed " << seed);
    StoreRig rig(seed);
    for (int life = 0; life < 6; ++life) {
      INFO("life " << life);
      rig.RunAndCrash();
      REQUIRE(rig.complaint() == "");
    }
    rig.OpenUndisturbed();
    REQUIRE(rig.complaint() == "");
    states += rig.crash_states();
  }
}

}  // namespace
}  // namespace seatfield::test
