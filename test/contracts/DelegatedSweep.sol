// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface Token {
    function balanceOf(address owner) external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
}

/// The code that deposit addresses delegate to (EIP-7702). It pays the one treasury it knows, whoever calls.
contract DelegatedSweep {
    address private immutable treasury;

    constructor(address given) {
        treasury = given;
    }

    function sweep(Token token) external {
        require(token.transfer(treasury, token.balanceOf(address(this))));
    }

    /// At its own address: has each of them sweep.
    function sweepAll(Token token, DelegatedSweep[] calldata deposits) external {
        for (uint256 index = 0; index < deposits.length; index++) deposits[index].sweep(token);
    }
}
