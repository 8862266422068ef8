// SPDX-License-Identifier: MIT
//
// The connection is cut at every byte of a commit's request and of its answer.
// A retry with the same id has the effect exactly once; without an id the
// answer is Unknown, and the effect is there whole or not at all.

#include <algorithm>
#include <cstdint>
#include <string>

#include "redis/cut_rig.h"
#include "support/catch.h"
#include "support/cutting_proxy.h"
#include "support/seed.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

// Every `stride`-th byte of one direction, from a random one on.
void CutAll(CutScene scene, bool with_id, Direction direction,
            std::uint64_t stride) {
  SEATFIELD_INFO_SEED();
  Rng rng;
  CutRig rig(scene, with_id);
  const std::uint64_t whole = rig.Measure(direction);
  const bool request = direction == Direction::kRequest;
  std::uint64_t runs = 0;
  for (std::uint64_t at = rng.Below(stride); at <= whole && runs < 20'000;
       at += stride, ++runs) {
    rig.Name((with_id ? "with an id, " : "without an id, ") +
             std::string(request ? "request" : "reply") + " cut at byte " +
             std::to_string(at) + " of " + std::to_string(whole));
    rig.Run({direction, at});
  }
  INFO(rig.complaint());
  CHECK(rig.complaint().empty());
  INFO(whole << " bytes, " << runs << " runs: " << rig.committed()
             << " committed at once, " << rig.unknown() << " unknown, of which "
             << rig.done() << " had effect; " << rig.missed() << " not cut");
  CHECK(rig.missed() == 0);
  CHECK(rig.unknown() > 0);
  CHECK(rig.committed() + rig.unknown() == runs);
}

// With an id at every byte; without one at some, as the bytes are the same but
// for the id's.
void CutEverywhere(CutScene scene) {
  const std::uint64_t stride = kSanitized ? 20 : 1;
  for (const Direction direction : {Direction::kRequest, Direction::kReply}) {
    CutAll(scene, true, direction, stride);
    CutAll(scene, false, direction,
           direction == Direction::kReply ? stride : 5 * stride);
  }
}

TEST_CASE("Reserve happens once, wherever it is cut", "[redis]") {
  CutEverywhere({nullptr, cut::Reserve});
}
TEST_CASE("ReserveBest happens once, wherever it is cut", "[redis]") {
  CutEverywhere({nullptr, cut::ReserveBest});
}
TEST_CASE("Finalize happens once, wherever it is cut", "[redis]") {
  CutEverywhere({cut::Reserve, cut::Finalize});
}
TEST_CASE("Release happens once, wherever it is cut", "[redis]") {
  CutEverywhere({cut::Reserve, cut::Release});
}
TEST_CASE("Refund happens once, wherever it is cut", "[redis]") {
  CutEverywhere({cut::Sell, cut::Refund});
}
TEST_CASE("Extend happens once, wherever it is cut", "[redis]") {
  CutEverywhere({cut::Reserve, cut::Extend});
}
TEST_CASE("Transfer happens once, wherever it is cut", "[redis]") {
  CutEverywhere({cut::Reserve, cut::Transfer});
}
TEST_CASE("Block happens once, wherever it is cut", "[redis]") {
  CutEverywhere({nullptr, cut::Block});
}
TEST_CASE("Unblock happens once, wherever it is cut", "[redis]") {
  CutEverywhere({cut::Block, cut::Unblock});
}
TEST_CASE("Load happens once, wherever it is cut", "[redis]") {
  CutEverywhere({nullptr, cut::Load});
}

}  // namespace
}  // namespace seatfield::test
