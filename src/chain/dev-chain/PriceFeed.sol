// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// A price feed for the dev chain and the tests, with Chainlink's aggregator interface. Anyone may set it.
contract PriceFeed {
    string public description;
    uint8 public decimals;

    int256 private answer;
    uint80 private roundId = 1;
    uint80 private answeredInRound = 1;
    /// Zero: updated in whatever block asks, so that it never grows old.
    uint256 private updatedAt;
    uint256 private startedAt;

    constructor(string memory description_, uint8 decimals_, int256 answer_) {
        description = description_;
        decimals = decimals_;
        answer = answer_;
    }

    /// A new round, always fresh.
    function set(int256 answer_) external {
        answer = answer_;
        roundId++;
        answeredInRound = roundId;
        startedAt = 0;
        updatedAt = 0;
    }

    /// A round as any feed may have it.
    function setRound(int256 answer_, uint80 answeredInRound_, uint256 startedAt_, uint256 updatedAt_) external {
        answer = answer_;
        answeredInRound = answeredInRound_;
        startedAt = startedAt_;
        updatedAt = updatedAt_;
    }

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        uint256 updated = updatedAt == 0 ? block.timestamp : updatedAt;
        uint256 started = startedAt == 0 ? updated : startedAt;
        return (roundId, answer, started, updated, answeredInRound);
    }
}
