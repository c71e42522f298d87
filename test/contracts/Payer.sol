// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// Pays from inside of transactions, in the ways in which contracts do.
contract Payer {
    function pay(address payable to, uint256 amount) external payable {
        send(to, amount);
    }

    /// One transfer two calls deep, then one beside it.
    function payTwice(address payable to, uint256 first, uint256 second) external payable {
        this.pay{value: first}(to, first);
        send(to, second);
    }

    /// A transfer that is undone by the call around it; the transaction succeeds.
    function payAndUndo(address payable to, uint256 amount) external payable {
        try this.payAndFail(to, amount) {} catch {}
    }

    function payAndFail(address payable to, uint256 amount) external {
        send(to, amount);
        revert();
    }

    function end(address payable to) external payable {
        selfdestruct(to);
    }

    function send(address payable to, uint256 amount) private {
        (bool sent, ) = to.call{value: amount}("");
        require(sent);
    }
}
