// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface Token {
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

/// Takes what owners permit it to the one treasury it knows, so that it does not matter who calls.
contract PermitSweep {
    struct Permit {
        address owner;
        uint256 value;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    address private immutable treasury;

    constructor(address given) {
        treasury = given;
    }

    function sweep(Token token, uint256 deadline, Permit[] calldata permits) external {
        for (uint256 index = 0; index < permits.length; index++) {
            Permit calldata one = permits[index];
            token.permit(one.owner, address(this), one.value, deadline, one.v, one.r, one.s);
            require(token.transferFrom(one.owner, treasury, one.value));
        }
    }
}
