// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// The code that deposit addresses delegate to (EIP-7702). Whatever is asked of it, tokens go to the one treasury it
/// knows; and only its operator can ask, so that pause, limits and refunds hold. An address that delegates to it takes
/// native money as before, and its own key stays its master.
contract SweepDelegate {
    struct Sweep {
        address deposit;
        address token;
        uint256 amount;
    }

    /// Of the answer of a token that refuses, so many bytes are told.
    uint256 private constant TOLD = 256;

    address public immutable treasury;
    /// The gas tank.
    address public immutable operator;
    /// Where it was deployed, which is not where it runs when an address has delegated to it.
    address private immutable self = address(this);

    /// Nothing was moved of one of many. `answer` is the token's: its revert data, or the `false` it returned.
    event Refused(address indexed deposit, address indexed token, bytes answer);

    error NotAllowed();

    constructor(address treasury_, address operator_) {
        treasury = treasury_;
        operator = operator_;
    }

    /// At a deposit address it takes what it is sent, as the address did before; at its own nothing, from where no key
    /// could bring it back.
    receive() external payable {
        if (address(this) == self) revert NotAllowed();
    }

    fallback() external payable {
        if (address(this) == self) revert NotAllowed();
    }

    /// At its own address. One that is refused, or burns its gas, leaves the others alone.
    /// @param gasEach what each of them may use
    function sweepAll(Sweep[] calldata sweeps, uint256 gasEach) external {
        if (msg.sender != operator || address(this) != self) revert NotAllowed();
        for (uint256 index = 0; index < sweeps.length; index++) {
            Sweep calldata one = sweeps[index];
            bytes memory data = abi.encodeCall(SweepDelegate.sweep, (one.token, one.amount));
            (bool isDone, bytes memory answer) = ask(one.deposit, gasEach, data);
            if (!isDone) emit Refused(one.deposit, one.token, answer);
        }
    }

    /// At a deposit address. Tokens that return nothing are believed, as by everybody.
    function sweep(address token, uint256 amount) external {
        if (msg.sender != self) revert NotAllowed();
        // ERC-20: transfer(address,uint256)
        bytes memory data = abi.encodeWithSelector(0xa9059cbb, treasury, amount);
        (bool isDone, bytes memory answer) = ask(token, gasleft(), data);
        if (isDone && (answer.length == 0 || bytes32(answer) != 0)) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    /// A call of which no more than the beginning of the answer is taken: a long one would cost the caller's gas.
    function ask(address to, uint256 most, bytes memory data) private returns (bool isDone, bytes memory answer) {
        assembly ("memory-safe") {
            isDone := call(most, to, 0, add(data, 0x20), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, TOLD) { size := TOLD }
            answer := mload(0x40)
            mstore(answer, size)
            returndatacopy(add(answer, 0x20), 0, size)
            mstore(0x40, add(answer, and(add(size, 0x3f), not(0x1f))))
        }
    }
}
