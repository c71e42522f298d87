// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// As much of Multicall3's interface as Quittance asks.
contract Multicall {
    struct Call {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    function aggregate3(Call[] calldata calls) external payable returns (Result[] memory results) {
        results = new Result[](calls.length);
        for (uint256 i = 0; i < calls.length; i++) {
            (bool success, bytes memory data) = calls[i].target.call(calls[i].callData);
            require(success || calls[i].allowFailure);
            results[i] = Result(success, data);
        }
    }

    function getEthBalance(address of_) external view returns (uint256) {
        return of_.balance;
    }
}
